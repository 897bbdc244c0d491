export const why =
  'Length and width of a bathroom are typed, the number of tiles appears beside them, and with that in mind the tiles are looked at.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(800);
  await person.type('3.2', { into: '#long', gap: 130 });
  await person.type('2.1', { into: '#wide', gap: 130 });
  await person.page.selectOption('#size', '30');
  await person.page.getByText('75 tiles').waitFor();
  await person.read(2200);
  await person.click('#shop');
  await person.page.waitForURL('**/*-shop.html');
  await person.read(2500);
}
