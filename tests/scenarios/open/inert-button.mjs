export const why = 'The button has no handler: the person clicks once and waits, then hammers it.';
export const episodes = {
  once: { expect: ['dead_click'], why: 'a button that does nothing at all' },
  hammered: { expect: ['rage_click'], may: ['dead_click'], why: 'five clicks within a second, still nothing' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.episode('once', () => person.click('#save'));
  await person.read(2500);
  await person.episode('hammered', () => person.click('#save', { times: 5 }));
}
