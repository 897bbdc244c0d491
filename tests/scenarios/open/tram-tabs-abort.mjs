export const why = 'Each letter of a stop, and each tab, asks anew and cuts off the question before; the last answers come, as wanted.';
export const episodes = {};
export const lookalike = ['error_click', 'form_abandon'];

export async function act(person) {
  const errors = [];
  person.page.on('requestfailed', (request) => errors.push(request.url()));
  await person.read(800);
  await person.type('harbour', { into: '#stop', gap: 110 });
  await person.page.getByText('Harbour, east side').waitFor();
  await person.read(1000);
  await person.click('#hits button');
  await person.page.getByText('Today from Harbour').waitFor();
  await person.read(800);
  await person.click('[role=tab]:nth-of-type(2)');
  await person.wait(150);
  await person.click('[role=tab]:nth-of-type(3)');
  await person.page.getByText('Sunday from Harbour').waitFor();
  await person.read(2500);
  if (errors.length < 4) throw new Error(`${errors.length} requests were cut off`);
}
