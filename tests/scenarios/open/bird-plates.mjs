export const why =
  'Three plates of an old bird book are looked at for two seconds each and left by the page’s own link to the list, as one leafs.';
export const episodes = {};
export const lookalike = ['quick_back'];

async function look(person, bird, ms) {
  await person.click(`a[href$=${bird}]`);
  await person.page.waitForURL(`**/*-plate.html?bird=${bird}`);
  await person.read(ms);
  await person.click('#all');
  await person.page.waitForURL('**/bird-plates.html');
  await person.read(600);
}

export async function act(person) {
  await person.read(700);
  await look(person, 'wren', 2100);
  await look(person, 'heron', 2400);
  await look(person, 'jay', 2000);
  await person.read(900);
}
