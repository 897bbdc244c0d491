export const why = 'Somebody looks for how to cancel in endless terms: up and down twice, without finding, and then asks.';
export const episodes = {
  hunt: { expect: ['scroll_hunt'], why: 'six fast sweeps over most of the page, never stopping to read' },
  again: { expect: ['scroll_hunt'], why: 'after a moment the search goes on in the same way' },
  asked: { expect: ['help_seeking'], why: 'turns to the chat of the page because it was not found' },
};
export const lookalike = [];

async function sweeps(person, list) {
  for (const by of list) {
    const before = await person.page.evaluate(() => scrollY);
    await person.scroll(by, { every: 25, step: 200 });
    await person.wait(250);
    const moved = await person.page.evaluate(() => scrollY) - before;
    if (Math.abs(moved) < 1000) throw new Error(`a sweep must go far, it went ${moved}`);
  }
}

export async function act(person) {
  await person.read(1200);
  await person.move({ x: 400, y: 400 });
  await person.episode('hunt', () => sweeps(person, [3000, -2600, 3400, -2000, 2600, -3600]));
  await person.read(2500);
  await person.episode('again', () => sweeps(person, [2800, -2200, 3000, -2800, 2400]));
  await person.read(500);
  await person.episode('asked', () => person.click('#ask'));
}
