export const why =
  'On a product page the number of bottles and a voucher are entered; the voucher counts, and the basket with all that is opened.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.click('#bottles');
  await person.erase(1);
  await person.type('6', { gap: 120 });
  await person.type('HARVEST', { into: '#code', gap: 100 });
  await person.click('#use');
  await person.page.getByText('54.00').waitFor();
  await person.read(1000);
  await person.click('#add');
  await person.page.getByText('Basket (6)').waitFor();
  await person.read(800);
  await person.click('header a');
  await person.page.waitForURL('**/*-basket.html');
  await person.read(2000);
}
