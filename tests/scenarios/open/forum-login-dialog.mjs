export const why = 'A dialog asks for name and password and closes once they are right; the name stands in the header, a thread is read.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.click('#enter');
  await person.read(500);
  await person.type('kestrel', { into: '#who', gap: 90 });
  await person.type('seven-hills', { into: '#pass', gap: 80 });
  await person.click('#go');
  await person.page.getByText('Hello, kestrel').waitFor();
  if (await person.page.isVisible('dialog')) throw new Error('the dialog must be closed');
  await person.read(1300);
  await person.click('main a');
  await person.page.waitForURL('**/*-thread.html');
  await person.read(2500);
}
