export const why = 'A comment is written, a sentence is thought over and rewritten, the page says that the draft is saved, and the person reads on.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

export async function act(person) {
  await person.read(1200);
  await person.type('Very well told. But what about ice?', { into: '#comment', gap: 65 });
  await person.wait(1000);
  await person.erase(20, { gap: 50 });
  await person.wait(500);
  await person.type(' Does ice count too?', { gap: 65 });
  await person.wait(1200);
  if ((await person.page.textContent('#state')) !== 'Draft saved') throw new Error('the draft must be saved');
  await person.click('#next');
  await person.page.getByText('Your draft is kept').waitFor();
  await person.wait(2000);
}
