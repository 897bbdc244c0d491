export const why = 'The connection breaks twice while a wish is sent; the third time it works. The way down the page by finger is calm.';
export const episodes = {
  cut: { expect: ['error_click'], why: 'the request is cut off, and the page says that there is no connection, twice' },
};
export const lookalike = ['dead_swipe'];
export const touch = true;

export async function act(person) {
  await person.read();
  await person.swipe({ x: 206, y: 650 }, { dy: -420 });
  await person.read(700);
  await person.hasScrolled(50);
  await person.episode('cut', async () => {
    await person.tap('#again');
    await person.wait(1800);
    await person.tap('#again');
  }, { settle: 1500 });
  await person.read(1500);
  await person.tap('#again');
  await person.read(900);
  const status = await person.page.evaluate(() => document.querySelector('#status').textContent);
  if (status !== 'We come tomorrow.') throw new Error(`in the end: ${status}`);
}
