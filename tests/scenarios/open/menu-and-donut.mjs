export const why = 'The pointer runs along a menu and back, and three times round a chart whose hint follows it: the person reads what it shows.';
export const episodes = {};
export const lookalike = ['cursor_thrash'];

export async function act(person) {
  await person.read();
  for (const item of ['#m1', '#m2', '#m3', '#m4', '#m3', '#m2', '#m1', '#m3']) {
    await person.move(item);
    await person.wait(90);
  }
  await person.read(600);
  const { x, y } = await person.point('#donut');
  await person.move({ x, y: y - 90 });
  const round = Array.from({ length: 150 }, (_, at) => ({
    x: x + 90 * Math.sin((at * 2 * Math.PI) / 50),
    y: y - 90 * Math.cos((at * 2 * Math.PI) / 50),
  }));
  await person.path(round);
  if (await person.page.evaluate(() => document.querySelector('#tip').hidden)) throw new Error('there is no hint');
  await person.wait(2500);
}
