export const why = 'A reader signs in; the server says yes, the same page shows the loans instead of the fields, and a book is renewed.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(800);
  await person.type('40217', { into: '#card', gap: 110 });
  await person.key('Tab');
  await person.type('otter9', { gap: 110 });
  await person.key('Enter');
  await person.page.getByText('Your loans').waitFor();
  await person.read(1800);
  await person.click('text=Renew');
  await person.page.getByText('until 30 June').waitFor();
  await person.read(1800);
}
