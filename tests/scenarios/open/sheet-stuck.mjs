export const why = 'A sheet with a handle that cannot be pulled down, and letters that should go away by a swipe and stay.';
export const episodes = {
  sheet: { expect: ['dead_swipe'], why: 'the handle promises that it can be pulled down; two pulls do nothing' },
  letter: { expect: ['dead_swipe'], why: 'the page itself says to swipe, and the letter does not stir, twice' },
};
export const lookalike = [];
export const touch = true;

export async function act(person) {
  await person.read(900);
  await person.episode('sheet', async () => {
    await person.swipe('#handle', { dy: 260 });
    await person.wait(600);
    await person.swipe('#handle', { dy: 280 });
  }, { settle: 2000 });
  await person.read(600);
  await person.tap('#close');
  await person.read(900);
  await person.episode('letter', async () => {
    await person.swipe('#first', { fx: 0.8, dx: -260 });
    await person.wait(600);
    await person.swipe('#first', { fx: 0.8, dx: -280 });
  }, { settle: 2000 });
  const { x } = await person.page.locator('#first').boundingBox();
  if (x !== 0) throw new Error('the letter moved');
}
