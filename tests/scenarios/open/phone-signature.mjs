export const why = 'A finger pushes a slider and signs in a field: sideways strokes that leave their marks.';
export const episodes = {};
export const lookalike = ['dead_swipe'];
export const touch = true;

export async function act(person) {
  await person.read(900);
  await person.swipe('#stars', { fx: 0.12, dx: 200 });
  await person.read(800);
  const { x, y } = await person.point('#sign');
  for (const [left, top, dx, dy] of [[-150, 20, 120, -60], [-60, -40, 140, 70], [-120, 50, 250, -20]]) {
    await person.swipe({ x: x + left, y: y + top }, { dx, dy });
    await person.wait(300);
  }
  await person.read(600);
  await person.tap('#ok');
  await person.wait(2500);
  const state = await person.page.evaluate(() => [Number(document.querySelector('#stars').value) > 5, window.strokes,
    document.querySelector('#done').textContent].join());
  if (state !== 'true,3,Thank you.') throw new Error(state);
}
