export const why = 'Old messages are read upwards while more are loaded, then a jump to the latest; on the map the wheel zooms in and out and in.';
export const episodes = {};
export const lookalike = ['scroll_hunt'];

export async function act(person) {
  await person.read(900);
  await person.scroll(-1400, { over: '#log', every: 90 });
  await person.read(1200);
  await person.scroll(-900, { every: 90 });
  await person.read(1200);
  await person.click('#latest');
  await person.read(1000);
  await person.move('#map');
  for (const by of [-960, 720, -600, 840, -720]) {
    await person.scroll(by, { every: 60 });
    await person.wait(350);
  }
  if (await person.page.evaluate(() => document.querySelector('#island').style.transform === '')) throw new Error('the map must zoom');
  await person.wait(2000);
}
