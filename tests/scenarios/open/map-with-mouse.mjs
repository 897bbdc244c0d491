export const why = 'A map is pulled to and fro and zoomed with quick clicks; it follows each time, by nothing but a transform.';
export const episodes = {};
export const lookalike = ['cursor_thrash', 'rage_click', 'dead_click'];

export async function act(person) {
  await person.read();
  const { x, y } = await person.point('#map');
  const pulls = [[200, 40], [-220, 60], [180, -80], [-200, -20], [160, 90]];
  for (const [dx, dy] of pulls) await person.drag({ x: x - dx / 2, y: y - dy / 2 }, { x: x + dx / 2, y: y + dy / 2 });
  await person.read(600);
  await person.click('#in', { times: 4, gap: 150 });
  await person.read(500);
  await person.click('#out', { times: 3, gap: 150 });
  await person.read(600);
  await person.multiClick({ x: x + 60, y }, 2);
  await person.wait(2500);
  const { x: east, zoom } = await person.page.evaluate(() => window.view);
  if (Math.abs(east - 120) > 40 || zoom < 1.5) throw new Error(`the map is at ${east}, zoom ${zoom}`);
}
