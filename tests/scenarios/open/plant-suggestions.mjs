export const why =
  'A word begun in the search box of a nursery brings suggestions, and one of them is followed: the box has done its work.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.type('hart', { into: '[role=combobox]', gap: 110 });
  await person.page.getByText('Hart’s-tongue fern').waitFor();
  await person.read(900);
  await person.click('#list a:nth-of-type(2)');
  await person.page.waitForURL('**/*-fern.html');
  await person.read(2500);
}
