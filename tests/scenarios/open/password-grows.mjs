export const why =
  'A new password gets stronger bit by bit as the meter asks for it: a digit, a sign, some more letters; then it is accepted at once.';
export const episodes = {};
export const lookalike = ['form_struggle'];

export async function act(person) {
  await person.read(800);
  await person.type('marmot', { into: '#fresh', gap: 120 });
  await person.read(1000);
  await person.type('62', { gap: 140 });
  await person.read(900);
  await person.erase(1);
  await person.type('3!', { gap: 150 });
  await person.read(800);
  await person.type('hill', { gap: 130 });
  await person.page.getByText('Strong').waitFor();
  await person.read(700);
  await person.click('#set');
  await person.page.getByText('Your password is new').waitFor();
  await person.read(2000);
}
