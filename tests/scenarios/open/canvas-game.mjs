export const why = 'A game in a canvas: three fast clicks burst a bubble, and the pointer dashes to the next one. Everything answers.';
export const episodes = {};
export const lookalike = ['rage_click', 'dead_click', 'cursor_thrash'];

export async function act(person) {
  await person.read();
  const { x, y } = await person.page.locator('#game').boundingBox();
  const places = [[120, 100], [640, 380], [180, 360], [680, 90], [400, 240]];
  for (const [left, top] of [...places, ...places]) await person.click({ x: x + 1 + left, y: y + 1 + top }, { times: 3, gap: 130 });
  await person.wait(2500);
  const score = await person.page.evaluate(() => window.score);
  if (score !== 30) throw new Error(`score ${score}`);
}
