export const why = 'Saving brings the same page again, now with "saved"; choosing a language makes the page reload itself. All works as wanted.';
export const episodes = {};
export const lookalike = ['reload', 'form_abandon', 'form_struggle'];

export async function act(person) {
  await person.read();
  await person.click('#shown');
  await person.erase(4, { gap: 60 });
  await person.type('Mara L', { gap: 80 });
  await person.click('#save');
  await person.page.locator('#saved').waitFor();
  await person.read(1500);
  await person.type('Bergen', { into: '#town', gap: 80 });
  await person.click('#save');
  await person.page.locator('#saved').waitFor();
  await person.read(1500);
  await person.move('#language');
  await person.page.selectOption('#language', 'de');
  await person.page.getByText('Einstellungen').waitFor();
  await person.wait(2000);
  if ((await person.page.inputValue('#shown')) !== 'Mara L') throw new Error('the name must be kept');
}
