export const why = 'An order form is filled, one typo is corrected on the way, and it is sent by the browser to a thank-you page.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

export async function act(person) {
  await person.read();
  await person.type('Ana Sousa', { into: '#whom', gap: 80 });
  await person.type('Rosenwge', { into: '#street', gap: 80 });
  await person.wait(400);
  await person.erase(2);
  await person.type('eg 12', { gap: 90 });
  await person.page.selectOption('#bouquet', 'Asters');
  await person.wait(600);
  await person.type('All the best from us', { into: '#text', gap: 70 });
  await person.wait(700);
  await person.click('#order');
  await person.page.waitForURL('**/*-done.html');
  await person.wait(2000);
}
