export const why = 'Of the photos of a house one does not load; words stand in its place, another is looked at, and the gallery is closed.';
export const episodes = {};
export const lookalike = ['error_click'];

export async function act(person) {
  await person.read(900);
  await person.click('#photos');
  await person.page.waitForFunction("document.querySelector('.gone')");
  await person.read(1600);
  await person.click('figure:nth-of-type(3)');
  await person.page.waitForFunction("document.querySelector('.large')");
  await person.read(1800);
  await person.key('Escape');
  await person.wait(300);
  if (await person.page.isVisible('dialog')) throw new Error('the gallery must be closed');
  await person.read(2500);
}
