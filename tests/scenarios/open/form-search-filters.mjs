export const why = 'Search word and filters are changed as one does; the list follows at once, and a result is opened. The newsletter is only touched.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

export async function act(person) {
  await person.read();
  await person.type('designer', { into: '#query', gap: 80 });
  await person.read(900);
  await person.page.selectOption('#town', 'Vigo');
  await person.read(900);
  await person.click('#query');
  await person.erase(8, { gap: 50 });
  await person.type('writer', { gap: 80 });
  await person.read(800);
  await person.click('#remote');
  await person.read(700);
  await person.page.selectOption('#town', 'Bergen');
  await person.read(500);
  await person.click('#remote');
  await person.read(600);
  await person.click('#pay');
  await person.erase(4, { gap: 50 });
  await person.type('2500', { gap: 80 });
  await person.read(600);
  await person.click('#mail');
  await person.read(900);
  if ((await person.page.locator('#results li').count()) !== 1) throw new Error('one job must be left');
  await person.click('#results a');
  await person.page.waitForURL('**/*-job.html');
  await person.wait(1500);
}
