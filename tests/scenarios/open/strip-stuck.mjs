export const why = 'Two strips of cards are cut off at the edge as if one could swipe them; nothing moves.';
export const episodes = {
  books: { expect: ['dead_swipe'], why: 'a half visible card invites to swipe; the strip does not move, twice' },
  authors: { expect: ['dead_swipe'], why: 'three swipes over the second strip, it is stuck too' },
};
export const lookalike = [];
export const touch = true;

export async function act(person) {
  const places = () => person.page.evaluate(() => [...document.querySelectorAll('.strip > div')].map((card) => card.getBoundingClientRect().x).join());
  await person.read(900);
  const before = await places();
  await person.episode('books', async () => {
    await person.swipe({ x: 320, y: 190 }, { dx: -240 });
    await person.wait(500);
    await person.swipe({ x: 320, y: 200 }, { dx: -260 });
  }, { settle: 2000 });
  await person.read(900);
  const { y } = await person.point('#authors');
  await person.episode('authors', async () => {
    for (let swipe = 0; swipe < 3; swipe += 1) {
      await person.swipe({ x: 330, y }, { dx: -250, dy: 6 });
      await person.wait(400);
    }
  }, { settle: 2000 });
  if ((await places()) !== before) throw new Error('a strip moved');
}
