export const why = 'A link scrolls to a section, others change the page without loading it; the slow one shows a bar that grows at once.';
export const episodes = {};
export const lookalike = ['dead_click', 'slow_click'];

export async function act(person) {
  await person.read();
  await person.click('#care-link');
  await person.read(2000);
  if (!(await person.page.evaluate(() => scrollY > 300))) throw new Error('it did not scroll to the section');
  await person.click('#tools');
  await person.read(3000);
  await person.click('#start');
  await person.wait(2500);
  const title = await person.page.evaluate(() => document.querySelector('h1').textContent);
  if (title !== 'Start') throw new Error(title);
}
