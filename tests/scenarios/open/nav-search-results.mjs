export const why = 'One result after another is not what its title promises and is left at once; the last one is read.';
export const episodes = {
  ad: { expect: ['quick_back'], why: 'an advertisement opened by mistake, left after a second' },
  three: { expect: ['quick_back'], why: 'three results opened and left one after the other, each within two seconds' },
};
export const lookalike = ['help_seeking'];

async function look(person, id, ms) {
  await person.click(`#r${id}`);
  await person.page.waitForURL(`**/*-page.html?id=${id}`);
  await person.read(ms);
  await person.back();
}

export async function act(person) {
  await person.read(1000);
  await person.episode('ad', () => look(person, 1, 900));
  await person.read(600);
  await person.episode('three', async () => {
    await look(person, 2, 1300);
    await person.read(500);
    await look(person, 3, 900);
    await person.read(500);
    await look(person, 4, 1100);
  });
  await person.move('#help');
  await person.wait(600);
  await person.click('#r5');
  await person.page.waitForURL('**/*-page.html?id=5');
  await person.read(900);
  await person.scroll(600, { every: 200 });
  await person.read(1500);
}
