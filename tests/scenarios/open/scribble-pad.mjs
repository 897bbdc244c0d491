export const why = 'Drawing: an area is hatched with fast strokes to and fro, circles are drawn, and dots are set. Each leaves its mark.';
export const episodes = {};
export const lookalike = ['cursor_thrash', 'dead_click'];

export async function act(person) {
  await person.read();
  const { x, y } = await person.point('#pad');
  const hatch = Array.from({ length: 96 }, (_, at) => ({ x: x - 150 + 110 * Math.sin((at * 2 * Math.PI) / 12), y: y - 120 + at * 2 }));
  const circles = Array.from({ length: 72 }, (_, at) => ({
    x: x + 180 + 80 * Math.cos((at * 2 * Math.PI) / 18),
    y: y + 80 * Math.sin((at * 2 * Math.PI) / 18),
  }));
  for (const stroke of [hatch, circles]) {
    await person.move(stroke[0]);
    await person.page.mouse.down();
    await person.path(stroke);
    await person.page.mouse.up();
    await person.read(500);
  }
  for (const left of [150, 210]) await person.click({ x: x + left, y: y - 20 });
  await person.wait(2500);
  const strokes = await person.page.evaluate(() => window.strokes);
  if (strokes !== 4) throw new Error(`${strokes} strokes`);
}
