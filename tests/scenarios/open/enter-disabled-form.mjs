export const why = 'While the button is disabled, Enter sends nothing and says nothing; the person hammers it, then sees the box to tick.';
export const episodes = {
  enter: { expect: ['keyboard_frustration'], why: 'Enter five times, and the form stays as it is' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.type('Anna Berg', { into: '#name', gap: 70 });
  await person.wait(200);
  await person.episode('enter', () => person.key('Enter', { times: 5, gap: 170 }));
  await person.read(1200);
  await person.click('#rules');
  await person.read(500);
  await person.click('#join');
  await person.read(900);
  if (!(await person.page.evaluate(() => document.querySelector('#done').textContent))) throw new Error('the form was not sent');
}
