export const why = 'Reading with the mouse: a word and a paragraph are selected, text and empty page are clicked; nobody expects an answer. A clock ticks.';
export const episodes = {};
export const lookalike = ['rage_click', 'dead_click', 'slow_click'];

export async function act(person) {
  await person.read();
  await person.multiClick('#one', 2, { fx: 0.3, fy: 0.2 });
  await person.read(900);
  await person.multiClick('#two', 3, { fx: 0.3, fy: 0.2 });
  await person.read(900);
  await person.click('#two', { fx: 0.6, fy: 0.3 });
  await person.read(1300);
  await person.click({ x: 1050, y: 600 });
  await person.wait(3000);
}
