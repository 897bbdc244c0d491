export const why = 'A photo gallery with dots whose swiping is broken, and reviews with dots that cannot be swiped; the button for the next photo works.';
export const episodes = {
  photo: { expect: ['dead_swipe'], why: 'three swipes, and it is still the first photo' },
  reviews: { expect: ['dead_swipe'], why: 'dots promise more reviews; two swipes bring none' },
};
export const lookalike = [];
export const touch = true;

export async function act(person) {
  const texts = () => person.page.evaluate(() => document.querySelector('#photo').textContent + document.querySelector('#review').textContent);
  await person.read(900);
  const before = await texts();
  await person.episode('photo', async () => {
    for (let swipe = 0; swipe < 3; swipe += 1) {
      await person.swipe({ x: 330, y: 140 }, { dx: -260 });
      await person.wait(450);
    }
  }, { settle: 2000 });
  await person.read(800);
  const { y } = await person.point('#review');
  await person.episode('reviews', async () => {
    for (let swipe = 0; swipe < 2; swipe += 1) {
      await person.swipe({ x: 330, y }, { dx: -240 });
      await person.wait(500);
    }
  }, { settle: 2000 });
  if ((await texts()) !== before) throw new Error('a swipe worked');
  await person.read(600);
  await person.tap('#next');
  await person.read(600);
  if ((await texts()) === before) throw new Error('the button did not work');
}
