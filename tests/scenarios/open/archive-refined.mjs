export const why =
  'Somebody searches an archive four times, each time with better words after a look at what came, and opens the photograph found.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

async function ask(person, old, words) {
  await person.click('[type=search]');
  await person.erase(old, { gap: 40 });
  await person.type(words, { gap: 70 });
  await person.key('Enter');
  await person.page.waitForURL((url) => url.searchParams.get('q')?.endsWith(words.slice(-4)));
  await person.read(1300);
}

export async function act(person) {
  await person.read(700);
  await ask(person, 0, 'bridge');
  await ask(person, 0, ' steel');
  await ask(person, 5, '1912');
  await ask(person, 4, 'rail');
  await person.click('ol a');
  await person.page.waitForURL('**/*-photo.html');
  await person.read(2500);
}
