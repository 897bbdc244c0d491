export const why = 'A purchase in three steps with one typing mistake, corrected at once. The pay button waits for the terms, then says that it is paying, and it ends well.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon', 'disabled_click', 'slow_click'];

export async function act(person) {
  const { page } = person;
  await person.read();
  await person.type('Ida Berg', { into: '#name', gap: 60 });
  await person.type('ida.example.org', { into: '#mail', gap: 55 });
  await person.click('#address button');
  await person.read(900);
  if (!(await page.isVisible('#wrong'))) throw new Error('the mistake was not noticed');
  await person.erase(12, { gap: 45 });
  await person.type('@example.org', { gap: 60 });
  await person.click('#address button');
  await person.read(600);
  await person.click('#express', { fx: 0.2 });
  await person.wait(300);
  await person.click('#delivery button');
  await person.read(500);
  await person.type('4111111111111111', { into: '#card', gap: 50 });
  await person.click('#terms', { fx: 0.3 });
  await person.wait(300);
  await person.click('#pay');
  await person.wait(2400);
  if (!(await page.isVisible('#done'))) throw new Error('the purchase did not end');
  await person.read(900);
}
