export const why = 'A carousel turns at each swipe and a shelf of shoes scrolls sideways under the finger.';
export const episodes = {};
export const lookalike = ['dead_swipe'];
export const touch = true;

export async function act(person) {
  const hero = await person.point('#hero');
  await person.read(900);
  for (const dx of [-220, -230, 240]) {
    await person.swipe({ x: hero.x - dx / 2, y: hero.y }, { dx, dy: 5 });
    await person.read(700);
  }
  const shelf = await person.point('#shelf');
  for (const dx of [-240, -260]) {
    await person.swipe({ x: 330, y: shelf.y }, { dx });
    await person.read(700);
  }
  await person.wait(2000);
  const [slides, scrolled] = await person.page.evaluate(() => [document.querySelector('#slides').style.transform, document.querySelector('#shelf').scrollLeft]);
  if (!slides.includes('-33') || scrolled < 150) throw new Error(`${slides}, ${scrolled}`);
}
