export const why = 'A standing of a race is read from top to bottom and reloaded after a good while to see the news; a live picture runs beside it.';
export const episodes = {};
export const lookalike = ['reload', 'scroll_hunt', 'video_struggle'];

export async function act(person) {
  await person.read(2500);
  await person.scroll(480, { over: { x: 300, y: 500 }, every: 150 });
  await person.read(2500);
  await person.scroll(360, { every: 150 });
  await person.read(2000);
  await person.scroll(-840, { every: 60 });
  await person.read(2200);
  const length = await person.page.evaluate(() => [document.querySelector('#live').duration, document.querySelector('#live').currentTime]);
  if (length[0] !== Infinity || length[1] < 3) throw new Error(`the picture must be live, it is ${length}`);
  await person.reload();
  await person.read(2500);
}
