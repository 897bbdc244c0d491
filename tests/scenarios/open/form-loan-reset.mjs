export const why = 'A calculator is tried with several amounts and cleared on purpose; then a call is asked for, in fields without a form, and confirmed.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

async function amount(person, count, text) {
  await person.click('#amount');
  await person.erase(count, { gap: 50 });
  await person.type(text, { gap: 80 });
  await person.click('#count');
  await person.read(1000);
}

export async function act(person) {
  await person.read();
  await person.type('5', { into: '#years' });
  await amount(person, 0, '12000');
  await amount(person, 5, '15000');
  await amount(person, 5, '9000');
  if ((await person.page.textContent('#result')) !== '171 a month') throw new Error('it must calculate');
  await person.click('#clear');
  await person.read();
  await person.type('Mara Lind', { into: '#name', gap: 60 });
  await person.type('0170 5551234', { into: '#phone', gap: 60 });
  await person.click('#send');
  await person.page.getByText('We will call you today').waitFor();
  await person.wait(2000);
}
