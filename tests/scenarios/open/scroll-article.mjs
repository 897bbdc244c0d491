export const why = 'An article is read: a word explained by hovering, steadily down, one look back to compare, a sentence marked, and up by the button.';
export const episodes = {};
export const lookalike = ['scroll_hunt', 'help_seeking'];

export async function act(person) {
  await person.read(1200);
  await person.move('dfn');
  await person.read(1100);
  await person.move({ x: 300, y: 500 });
  await person.scroll(1200, { every: 140 });
  await person.read(1300);
  await person.scroll(-480, { every: 90 });
  await person.read(1200);
  await person.scroll(960, { every: 130 });
  await person.read(900);
  await person.drag({ x: 120, y: 300 }, { x: 460, y: 380 });
  await person.read(700);
  if (!(await person.page.evaluate(() => String(getSelection()).length > 20))) throw new Error('text must be selected');
  await person.click('#top');
  await person.wait(1500);
  if (await person.page.evaluate(() => scrollY > 0)) throw new Error('it must be at the top');
  await person.wait(1200);
}
