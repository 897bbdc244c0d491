export const why = 'The server refuses to save; the page says so, and the person hammers the button. Writing with empty lines before is calm.';
export const episodes = {
  refused: { expect: ['error_click'], why: 'the request fails with 500, and the page says that it could not save' },
  hammered: { expect: ['error_click', 'rage_click'], why: 'four fast tries, each gets the same error' },
};
export const lookalike = ['keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.type('Rain all day', { into: '#text', gap: 50 });
  await person.key('Enter', { times: 3, gap: 140 });
  await person.type('Tea', { gap: 60 });
  await person.hold('Backspace', 600);
  await person.type('Soup', { gap: 60 });
  await person.read(500);
  await person.episode('refused', () => person.click('#save'), { settle: 1500 });
  await person.read(900);
  await person.episode('hammered', () => person.click('#save', { times: 4 }), { settle: 1500 });
  await person.read(1200);
  await person.click('#save');
  await person.read(700);
  const status = await person.page.evaluate(() => document.querySelector('#status').textContent);
  if (status !== 'Saved.') throw new Error(`in the end: ${status}`);
}
