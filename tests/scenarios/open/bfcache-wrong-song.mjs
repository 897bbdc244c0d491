export const why = 'Two songs are called nearly alike; the wrong one is left at once for the list, which the browser had kept.';
export const episodes = {
  wrong: { expect: ['quick_back'], why: 'the wrong song, seen by its title and left within two seconds' },
};
export const lookalike = ['dead_click'];
export const bfcache = true;

export async function act(person) {
  await person.read(1000);
  await person.episode('wrong', async () => {
    await person.click('#first');
    await person.page.waitForURL('**/*-text.html?song=1');
    await person.read(1300);
    await person.restore();
  });
  await person.read();
  await person.click('#second');
  await person.page.waitForURL('**/*-text.html?song=2');
  await person.read(6500);
  await person.restore();
  await person.read(800);
}
