export const why = 'Both answers come after about three seconds without a sign before; during the second the person circles the pointer.';
export const episodes = {
  report: { expect: ['slow_click'], why: 'nothing at all for 2.8 s, then the table' },
  compare: { expect: ['slow_click', 'cursor_thrash'], why: 'nothing for 3.6 s, and the pointer goes round and round meanwhile' },
};
export const lookalike = [];

export async function act(person) {
  const circles = Array.from({ length: 90 }, (_, at) => ({
    x: 600 + 110 * Math.cos((at * 2 * Math.PI) / 18),
    y: 400 + 110 * Math.sin((at * 2 * Math.PI) / 18),
  }));
  await person.read();
  await person.episode('report', () => person.click('#report'), { settle: 4500 });
  await person.read(800);
  await person.episode('compare', async () => {
    await person.click('#compare');
    await person.wait(900);
    await person.path(circles);
  }, { settle: 4500 });
  if (!(await person.page.evaluate(() => document.querySelector('#result p')))) throw new Error('no answer came');
}
