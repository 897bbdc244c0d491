export const why = 'The pay button is disabled and says not why; the person hammers it, then finds the box to tick, and pays.';
export const episodes = {
  hammered: { expect: ['disabled_click', 'rage_click'], why: 'five fast clicks on a disabled button' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.episode('hammered', () => person.click('#pay', { times: 5 }));
  await person.read(1500);
  await person.click('#terms');
  await person.read(500);
  await person.click('#pay');
  await person.read(800);
  if (!(await person.page.evaluate(() => document.querySelector('#done').textContent))) throw new Error('it was not paid');
}
