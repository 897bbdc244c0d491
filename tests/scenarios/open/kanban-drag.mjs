export const why = 'Cards are dragged quickly from lane to lane and one back again; each lands where it was dropped.';
export const episodes = {};
export const lookalike = ['dead_click', 'cursor_thrash'];

export async function act(person) {
  await person.read();
  const moves = [['#c1', '#done'], ['#c2', '#doing'], ['#c3', '#doing'], ['#c2', '#done'], ['#c3', '#todo'], ['#c3', '#done']];
  for (const [card, lane] of moves) {
    await person.drag(card, lane);
    await person.wait(150);
  }
  await person.wait(2800);
  const done = await person.page.evaluate(() => document.querySelectorAll('#done .card').length);
  if (done !== 3) throw new Error(`${done} cards are done`);
}
