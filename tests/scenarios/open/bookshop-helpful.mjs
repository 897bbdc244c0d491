export const why = 'In a bookshop “helpful” is a vote and “Self-help” is a shelf: two votes are given and the shelf is opened.';
export const episodes = {};
export const lookalike = ['help_seeking'];

export async function act(person) {
  await person.read(1300);
  await person.click('article:nth-of-type(1) button');
  await person.page.getByText('Helpful (13)').waitFor();
  await person.read(1500);
  await person.click('article:nth-of-type(2) button');
  await person.page.getByText('Helpful (5)').waitFor();
  await person.read(1000);
  await person.click('nav a:nth-of-type(2)');
  await person.page.waitForURL('**/*-shelf.html');
  await person.read(3000);
}
