export const why = 'A dead button within a web component, and one within a frame of the same site.';
export const episodes = {
  component: { expect: ['dead_click'], why: 'the ticket button does nothing' },
  frame: { expect: ['rage_click', 'dead_click'], why: 'the trailer does not start, whatever one clicks, five times in a second' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(900);
  await person.episode('component', () => person.click('#buy'), { settle: 3000 });
  await person.read(900);
  const box = await person.page.frameLocator('iframe').locator('#play').boundingBox();
  const play = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await person.episode('frame', () => person.click(play, { times: 5 }), { settle: 3000 });
}
