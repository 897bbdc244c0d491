export const why = 'A counter within a web component and one within a frame are clicked quickly; each click counts.';
export const episodes = {};
export const lookalike = ['rage_click', 'dead_click'];

export async function act(person) {
  await person.read(900);
  await person.click('#tip');
  await person.read(1500);
  await person.click('#tip', { times: 5, gap: 140 });
  await person.read(1000);
  const frame = person.page.frameLocator('iframe');
  const box = await frame.locator('#more').boundingBox();
  const more = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await person.click(more);
  await person.read(1500);
  await person.click(more, { times: 4 });
  await person.wait(2500);
  const counted = [await person.page.locator('#sum').textContent(), await frame.locator('b').textContent()].join();
  if (counted !== '6 €,5') throw new Error(counted);
}
