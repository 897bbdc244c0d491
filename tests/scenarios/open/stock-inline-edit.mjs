export const why = 'In a stock list a price is about to be changed, but was right: Escape brings it back. Another is saved by Enter.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.multiClick('#nails td:last-child', 2);
  await person.wait(500);
  await person.type('4.2', { gap: 130 });
  await person.wait(1000);
  await person.key('Escape');
  await person.read(1300);
  await person.multiClick('#hinges td:last-child', 2);
  await person.wait(500);
  await person.type('7.90', { gap: 130 });
  await person.key('Enter');
  await person.read(1800);
  const prices = await person.page.locator('td:last-child').allTextContents();
  if (prices.join() !== '3.80,7.90,12.00') throw new Error(prices.join());
  await person.click('nav a');
  await person.page.waitForURL('**/*-orders.html');
  await person.read(1500);
}
