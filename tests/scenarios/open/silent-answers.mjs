export const why = 'A sound plays, text is copied, a share sheet, a download and a tab open, a photo fills the screen: the browser answers, not the page.';
export const episodes = {};
export const lookalike = ['dead_click'];

export async function act(person) {
  const context = person.page.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.read();
  await person.click('#play');
  await person.read(2500);
  await person.click('#play');
  await person.read(700);
  await person.click('#copy');
  await person.read(1200);
  await person.click('#share');
  await person.read(1000);
  const download = person.page.waitForEvent('download');
  await person.click('#sheet');
  await download;
  await person.read(800);
  const tab = context.waitForEvent('page');
  await person.click('#museum');
  await person.wait(900);
  await (await tab).close();
  await person.page.bringToFront();
  await person.read(600);
  await person.click('#photo');
  await person.read(1200);
  await person.press();
  await person.wait(2500);
  const done = await person.page.evaluate(() => window.done.join());
  if (done !== 'played,copied,shared,full') throw new Error(done);
}
