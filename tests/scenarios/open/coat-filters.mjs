export const why =
  'In a shop’s filter panel a size, a colour and a highest price are set and applied, and one of the coats left is opened.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(800);
  await person.click('#open');
  await person.read(500);
  await person.click('text=42');
  await person.click('text=Green');
  await person.click('#most');
  await person.erase(3);
  await person.type('150', { gap: 110 });
  await person.read(500);
  await person.click('text=Show coats');
  await person.page.getByText('2 coats').waitFor();
  await person.read(1400);
  await person.click('#coats a');
  await person.page.waitForURL('**/*-loden.html*');
  await person.read(2500);
}
