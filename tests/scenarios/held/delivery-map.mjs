export const why = 'A courier pans and zooms a map, opens a menu that reacts to the press, and lets somebody sign with a fast scribble, twice. Everything answers.';
export const episodes = {};
export const lookalike = ['cursor_thrash', 'dead_click', 'disabled_click'];

/** A signature: fast loops from left to right with the button held. */
async function sign(person) {
  const { x, y } = await person.point('#pad', { fx: 0.15 });
  await person.move({ x, y });
  await person.page.mouse.down();
  const line = Array.from({ length: 70 }, (_, step) => ({
    x: x + step * 3.5 + 45 * Math.sin(step / 1.6),
    y: y + 60 * Math.cos(step / 1.6) * (step % 20 < 14 ? 1 : 0.4),
  }));
  await person.path(line);
  await person.page.mouse.up();
}

export async function act(person) {
  const { page } = person;
  await person.read();
  await person.drag({ x: 500, y: 500 }, { x: 300, y: 420 });
  await person.wait(250);
  await person.drag({ x: 420, y: 300 }, { x: 560, y: 460 });
  await person.wait(400);
  await person.scroll(-360, { over: { x: 380, y: 380 }, every: 60 });
  await person.wait(500);
  await person.click('#pin');
  await person.read(1000);
  if (!(await page.textContent('#about')).includes('Novak')) throw new Error('the pin did not answer');
  await person.click('#opener');
  await person.wait(500);
  await person.click('#traffic');
  await person.wait(500);
  if (await page.isVisible('#menu')) throw new Error('the menu is still open');
  await sign(person);
  await person.wait(600);
  await person.click('#clear');
  await person.wait(500);
  await sign(person);
  await person.wait(500);
  await person.click('#done');
  await person.read(1400);
  if (!(await page.textContent('#state')).includes('Delivered')) throw new Error('it was not delivered');
}
