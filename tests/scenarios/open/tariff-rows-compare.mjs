export const why =
  'Two tariffs stand far apart in a long table; one is marked, the other looked up, the first once more, and the second is taken.';
export const episodes = {};
export const lookalike = ['scroll_hunt'];

export async function act(person) {
  await person.read(1200);
  await person.click('#t3');
  await person.read(1300);
  await person.scroll(1320, { every: 70 });
  await person.read(1900);
  await person.scroll(-1320, { every: 50 });
  await person.read(1900);
  await person.scroll(1320, { every: 60 });
  await person.read(900);
  await person.click('#t22');
  await person.page.getByText('You took tariff 22').waitFor();
  await person.read(1500);
}
