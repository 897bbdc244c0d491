export const why =
  'Having read, somebody begins an address in the newsletter box, thinks better of it, empties the box and reads the next article.';
export const episodes = {};
export const lookalike = ['form_abandon', 'form_struggle'];

export async function act(person) {
  await person.read(1500);
  await person.scroll(360, { every: 120 });
  await person.read(1000);
  await person.type('ida@', { into: '#letter input', gap: 100 });
  await person.wait(900);
  await person.erase(4, { gap: 90 });
  await person.read(600);
  await person.click('#more');
  await person.page.waitForURL('**/*-cheese.html');
  await person.read(2500);
}
