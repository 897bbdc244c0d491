export const why = 'A list of eighty parts without order or search: it is scrolled up and down in vain, and the part that is opened at last is the wrong one.';
export const episodes = {
  hunted: { expect: ['scroll_hunt'], why: 'down, up, down and up again over most of the list, and nothing is opened' },
  wrong: { expect: ['quick_back'], why: 'the part is opened, seen to be for other machines, and left within a second' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  const at = () => page.evaluate(() => scrollY);
  await person.read(1000);
  await person.move({ x: 500, y: 420 });
  await person.episode('hunted', async () => {
    await person.scroll(4800, { every: 25 });
    await person.wait(250);
    if ((await at()) < 3000) throw new Error('it did not scroll');
    await person.scroll(-3900, { every: 25 });
    await person.wait(250);
    await person.scroll(4300, { every: 25 });
    await person.wait(250);
    await person.scroll(-3200, { every: 25 });
  });
  await person.read(700);
  // What is in view now, so that nothing scrolls for the click.
  const row = await page.evaluate(() => [...document.querySelectorAll('.part a')].find((link) => link.getBoundingClientRect().top > 300).id);
  await person.episode('wrong', async () => {
    await Promise.all([page.waitForEvent('load'), person.click(`#${row}`, { fx: 0.3 })]);
    await person.wait(800);
    await person.back();
    await person.wait(600);
  });
  if (!page.url().endsWith('spare-parts.html')) throw new Error('not back');
  await person.read(1500);
}
