export const why =
  'Two fields of a scratch ticket are rubbed free with fast strokes and circles of the pointer, without a button, as the page asks.';
export const episodes = {};
export const lookalike = ['cursor_thrash'];

export async function act(person) {
  const box = await person.page.locator('canvas').boundingBox();
  await person.read(900);
  await person.move({ x: box.x + 20, y: box.y + 20 });
  // To and fro over the left field.
  await person.path(Array.from({ length: 90 }, (_, at) => {
    const part = Math.abs(((at / 9) % 2) - 1);
    return { x: box.x + 15 + 210 * part, y: box.y + 20 + at * 1.3 };
  }));
  await person.read(1300);
  // Round and round over the right one; once more where a busy browser drew few of the strokes.
  const won = person.page.getByText('A free coffee');
  for (let times = 0; times < 4 && !(await won.isVisible()); times += 1) {
    await person.path(Array.from({ length: 110 }, (_, at) => {
      const turn = (at / 18) * 2 * Math.PI;
      const wide = 70 - at * 0.5;
      return { x: box.x + 370 + wide * Math.cos(turn), y: box.y + 80 + wide * 0.9 * Math.sin(turn) };
    }));
    await person.read(300);
  }
  await won.waitFor();
  await person.read(2500);
}
