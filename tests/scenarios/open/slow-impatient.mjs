export const why = 'Answers come after three seconds without a sign; the person clicks again meanwhile, once calmly and once in a hail.';
export const episodes = {
  bicycle: { expect: ['slow_click'], why: 'the person doubts the first click and clicks once more, then the answer comes' },
  seat: { expect: ['slow_click', 'rage_click'], why: 'after a second without a sign four fast clicks follow, then the answer comes' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.episode('bicycle', async () => {
    await person.click('#bike');
    await person.wait(1400);
    await person.click('#bike');
  }, { settle: 4000 });
  await person.read(900);
  await person.episode('seat', async () => {
    await person.click('#seat');
    await person.wait(1000);
    await person.click('#seat', { times: 4 });
  }, { settle: 5000 });
  const yours = await person.page.evaluate(() => document.querySelectorAll('#yours li').length);
  if (yours !== 2) throw new Error(`${yours} answers`);
}
