export const why = 'Arrow keys go through a list, Enter opens a note, Enter makes empty lines, and held keys delete and move: all do what they should.';
export const episodes = {};
export const lookalike = ['keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.key('Tab');
  await person.read(400);
  await person.key('ArrowDown', { times: 5, gap: 130 });
  await person.key('ArrowUp', { times: 2, gap: 150 });
  await person.key('Enter');
  await person.read(500);
  await person.key('End');
  await person.hold('Backspace', 900);
  await person.key('Enter', { times: 4, gap: 140 });
  await person.type('to Lisbon', { gap: 60 });
  await person.hold('ArrowLeft', 800);
  await person.wait(2500);
  const text = await person.page.evaluate(() => document.querySelector('#text').value);
  if (!text.endsWith('\n\n\n\nto Lisbon')) throw new Error(text);
}
