export const why = 'Somebody reads an article to its end: copies the link, clicks idly into the text, selects a paragraph, scrolls down and once back to the top.';
export const episodes = {};
export const lookalike = ['scroll_hunt', 'rage_click', 'dead_click'];

export async function act(person) {
  const { page } = person;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.read(1200);
  await person.click('#copy');
  await person.read(900);
  if (!(await page.evaluate(() => navigator.clipboard.readText())).includes('long-read')) throw new Error('nothing was copied');
  await person.click('nav a');
  await person.read(1200);
  await person.scroll(600, { every: 90 });
  // The pointer rests in the text; a click there is a habit of many readers.
  await person.click({ x: 600, y: 420 });
  await person.read(900);
  await person.scroll(720, { every: 90 });
  await person.multiClick({ x: 560, y: 380 }, 3);
  await person.read(900);
  if ((await page.evaluate(() => getSelection().toString().length)) < 100) throw new Error('no paragraph is selected');
  for (let screen = 0; screen < 3; screen += 1) {
    await person.scroll(960, { every: 70 });
    await person.read(500);
  }
  await person.click('#up');
  await person.read(1200);
  if ((await page.evaluate(() => scrollY)) > 300) throw new Error('not at the top');
}
