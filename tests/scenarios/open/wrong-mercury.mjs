export const why =
  'Who wants to know about the metal opens the planet, sees it at once and goes back; the second link is the right one and is read.';
export const episodes = {
  planet: { expect: ['quick_back'], why: 'the wrong article, left by back after a second' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(1000);
  await person.episode('planet', async () => {
    await person.click('#one');
    await person.page.waitForURL('**/*about=planet');
    await person.read(1100);
    await person.back();
    await person.read(500);
  });
  await person.read(700);
  await person.click('#two');
  await person.page.waitForURL('**/*about=metal');
  await person.read(1800);
  await person.scroll(360, { every: 180 });
  await person.read(3000);
}
