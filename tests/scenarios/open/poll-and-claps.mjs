export const why = 'After a vote the buttons show the result and are disabled, as they should; five quick claps are counted, the last one ends it.';
export const episodes = {};
export const lookalike = ['disabled_click', 'rage_click'];

export async function act(person) {
  await person.read();
  await person.click('.vote:nth-of-type(3)');
  await person.read(1800);
  await person.click('#clap', { times: 5, gap: 150 });
  await person.wait(2500);
  const claps = await person.page.evaluate(() => document.querySelector('#claps').textContent);
  if (claps !== '5 of 5') throw new Error(claps);
}
