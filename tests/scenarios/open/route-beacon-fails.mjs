export const why = 'Walks are sorted as wished; soon after two of the clicks a visit counter and a sign of life fail, which nobody sees.';
export const episodes = {};
export const lookalike = ['error_click'];

export async function act(person) {
  await person.read(900);
  await person.click('#longest');
  await person.page.getByText('1. Coast path').waitFor();
  await person.read(2000);
  await person.click('#near');
  await person.page.getByText('1. Mill pond').waitFor();
  await person.read(2000);
  await person.click('li');
  await person.page.getByText('Bring boots').waitFor();
  await person.read(2500);
}
