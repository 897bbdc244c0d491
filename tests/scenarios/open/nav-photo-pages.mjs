export const why = 'Leafing through photos, forth and once back to see one again, and switching to dark, which reloads the page: all as wanted.';
export const episodes = {};
export const lookalike = ['quick_back', 'reload'];

export async function act(person) {
  const leaf = async (link, n) => {
    await person.click(link);
    await person.page.waitForURL(`**/*?n=${n}`);
    await person.read(1000);
  };
  await person.read(900);
  await leaf('#next', 2);
  await leaf('#next', 3);
  await leaf('#previous', 2);
  await person.click('#theme');
  await person.page.locator('body.dark').waitFor();
  await person.read(1000);
  await leaf('#next', 3);
  await leaf('#next', 4);
  await person.wait(2000);
}
