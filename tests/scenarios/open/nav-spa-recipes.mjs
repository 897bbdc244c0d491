export const why = 'In an app without page loads two recipes disappoint at a glance and are left by back at once; one is read between them.';
export const episodes = {
  soup: { expect: ['quick_back'], why: 'a recipe of one useless line, left by back after a second' },
  cake: { expect: ['quick_back'], why: 'for members only: left by back after a second' },
};
export const lookalike = [];

export async function act(person) {
  const open = async (id) => {
    await person.click(`#${id}`);
    await person.page.waitForURL(`**/*?dish=${id}`);
  };
  await person.read(900);
  await person.episode('soup', async () => {
    await open('soup');
    await person.read(1000);
    await person.back();
    await person.read(400);
  });
  await open('bread');
  await person.read(1500);
  await person.scroll(480, { every: 200 });
  await person.read(2500);
  await person.scroll(480, { every: 200 });
  await person.read(3000);
  await person.back();
  await person.read(900);
  await person.episode('cake', async () => {
    await open('cake');
    await person.read(1000);
    await person.back();
    await person.read(400);
  });
}
