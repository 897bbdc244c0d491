export const why =
  'An account number is red while it is incomplete and green once it is whole; the person types it once, calmly, and saves.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

export async function act(person) {
  await person.read(800);
  await person.type('Runa Berg', { into: '#owner', gap: 80 });
  await person.type('NO93 8601', { into: '#iban', gap: 110 });
  await person.wait(1100);
  await person.type(' 1117 947', { gap: 110 });
  await person.page.waitForFunction("document.querySelector('#iban').className === 'good'");
  await person.key('Tab');
  await person.read(800);
  await person.click('#save');
  await person.page.getByText('Your refund is on its way').waitFor();
  await person.read(2000);
}
