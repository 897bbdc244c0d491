export const why = 'A board of departures renews itself every three seconds; the person only looks at it.';
export const episodes = {};
export const lookalike = ['reload'];

export async function act(person) {
  await person.read(1500);
  await person.move('td');
  await person.read(3500);
  await person.move('tr:nth-child(3) td');
  await person.read(3500);
  const visits = await person.page.evaluate(() => Number(sessionStorage.visit));
  if (visits < 3) throw new Error(`the board must have renewed itself, it came ${visits} times`);
}
