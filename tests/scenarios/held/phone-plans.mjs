export const touch = true;
export const why = 'Extra data is added with quick taps, which works. The plans look like cards to swipe, with dots below, but neither a swipe nor a dot moves them.';
export const episodes = {
  swiped: { expect: ['dead_swipe'], why: 'three swipes over the cards, and the next card stays where it is' },
  dotted: { expect: ['dead_click'], why: 'the dot below the cards is tapped, and nothing comes of it' },
};
export const lookalike = ['rage_click'];

export async function act(person) {
  const { page } = person;
  const left = () => page.evaluate(() => document.querySelector('.plan').getBoundingClientRect().left + document.querySelector('#plans').scrollLeft);
  await person.read(1000);
  await person.tap('#more', { times: 5, gap: 170 });
  await person.read(1200);
  if ((await page.textContent('#sum')) !== '14 € a month') throw new Error('nothing was added');
  const before = await left();
  await person.episode('swiped', async () => {
    for (let swipe = 0; swipe < 3; swipe += 1) {
      await person.swipe('#plans', { fx: 0.75, dx: -220, dy: 6 });
      await person.wait(800);
    }
  });
  await person.read(800);
  await person.episode('dotted', async () => {
    await person.tap('#second');
    await person.wait(1800);
  });
  if ((await left()) !== before) throw new Error('the cards moved');
  await person.read(500);
}
