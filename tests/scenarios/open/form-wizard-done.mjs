export const why = 'A booking in three steps: one missing field is added, the person steps back once to check the email, and books.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon', 'quick_back'];

export async function act(person) {
  await person.read();
  await person.type('Mara Lind', { into: '#name', gap: 70 });
  await person.click('[data-step="1"] .next');
  await person.read(900);
  await person.type('mara@lind.example', { into: '#email', gap: 70 });
  await person.click('[data-step="1"] .next');
  await person.read(500);
  await person.type('14.08.2031', { into: '#date', gap: 70 });
  await person.page.selectOption('#guests', '2');
  await person.wait(500);
  await person.back();
  await person.read(1500);
  await person.click('[data-step="1"] .next');
  await person.read(700);
  if ((await person.page.inputValue('#date')) !== '14.08.2031') throw new Error('the date must have been kept');
  await person.click('[data-step="2"] .next');
  await person.read(900);
  await person.click('#book');
  await person.page.getByText('You are booked').waitFor();
  await person.wait(2000);
}
