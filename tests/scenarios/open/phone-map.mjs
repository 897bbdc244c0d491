export const why = 'A map in a canvas is pulled about with the finger and follows; the list below it scrolls.';
export const episodes = {};
export const lookalike = ['dead_swipe'];
export const touch = true;

export async function act(person) {
  await person.read(900);
  await person.swipe('#map', { dx: -150, dy: 60 });
  await person.read(500);
  await person.swipe('#map', { dx: -140, dy: -120 });
  await person.read(500);
  await person.swipe('#map', { dx: 120, dy: 10 });
  await person.read(600);
  const { x, y } = await person.point('#list');
  await person.swipe({ x, y: y + 60 }, { dy: -140 });
  await person.wait(2500);
  const [east, scrolled] = await person.page.evaluate(() => [window.view.x, document.querySelector('#list').scrollTop]);
  if (Math.abs(east + 170) > 60 || scrolled < 40) throw new Error(`the map is at ${east}, the list at ${scrolled}`);
}
