export const why = 'A podcast starts after a moment of loading; its bar is dragged once, ahead and a little back until the place is right.';
export const episodes = {};
export const lookalike = ['video_struggle'];

export async function act(person) {
  const { page } = person;
  await person.read(800);
  await person.click('#play');
  await page.getByText('Pause').waitFor();
  await person.wait(1800);
  const box = await page.locator('#bar').boundingBox();
  const along = (part) => ({ x: box.x + box.width * part, y: box.y + box.height / 2 });
  await person.move(along(0.015));
  await page.mouse.down();
  // Ahead in one sweep, then to and fro in smaller and smaller steps, never letting go.
  for (const part of [0.4, 0.55, 0.42, 0.5, 0.46]) await person.move(along(part));
  await page.mouse.up();
  await person.wait(3000);
  const [at, ready] = await page.evaluate(() => [document.querySelector('#sound').currentTime, document.querySelector('#sound').readyState]);
  if (at < 130 || at > 150 || ready < 3) throw new Error(`it must play where it was dragged to, it is at ${at} with ${ready}`);
  await person.click('#play');
  await person.wait(2000);
}
