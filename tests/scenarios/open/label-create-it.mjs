export const why = 'A label is looked up; the server’s 404 means that it is new, the page offers to make it, and that is what was wanted.';
export const episodes = {};
export const lookalike = ['error_click', 'form_abandon'];

export async function act(person) {
  await person.read(800);
  await person.type('winter', { into: '#label', gap: 100 });
  await person.click('#look');
  await person.page.getByText('There is no label “winter” yet').waitFor();
  await person.read(1400);
  await person.click('text=Make it');
  await person.page.getByText('Label winter is on the card').waitFor();
  await person.read(2500);
}
