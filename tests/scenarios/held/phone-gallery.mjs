export const touch = true;
export const why = 'Pictures are swiped and follow, one is enlarged by a double tap and made small again, a heart is given, taken and given: an evening on the sofa.';
export const episodes = {};
export const lookalike = ['dead_swipe', 'rage_click', 'dead_click'];

export async function act(person) {
  const { page } = person;
  await person.read(1000);
  for (let picture = 0; picture < 3; picture += 1) {
    await person.swipe('#frame', { fx: 0.8, dx: -240, dy: 12 });
    await person.wait(700);
  }
  if ((await page.textContent('#where')) !== '4 of 5') throw new Error('the pictures did not move');
  await person.swipe('#frame', { fx: 0.2, dx: 230 });
  await person.read(900);
  await person.tap('#frame', { times: 2, gap: 140 });
  await person.read(900);
  if ((await page.locator('.near').count()) !== 1) throw new Error('it was not enlarged');
  await person.tap('#frame', { times: 2, gap: 140 });
  await person.wait(800);
  await person.tap('#heart', { times: 3, gap: 420 });
  await person.wait(800);
  if ((await page.textContent('#heart')) !== '♥') throw new Error('the heart is not given');
  await person.swipe('#strip', { fx: 0.85, dx: -260 });
  await person.wait(800);
  if ((await page.evaluate(() => document.querySelector('#strip').scrollLeft)) < 50) throw new Error('the strip did not move');
  await person.swipe({ x: 200, y: 700 }, { dy: -400 });
  await person.read(1200);
  if ((await page.evaluate(() => scrollY)) < 50) throw new Error('the page did not scroll');
}
