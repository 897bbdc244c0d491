export const why =
  'A link leads over a page that forwards by itself; where the parcel is gets read in full, then one goes back to the orders.';
export const episodes = {};
export const lookalike = ['quick_back'];

export async function act(person) {
  await person.read(1000);
  await person.click('#track');
  await person.page.waitForURL('**/*-carrier.html');
  await person.read(2500);
  await person.scroll(240, { every: 150 });
  await person.read(3000);
  await person.back();
  await person.page.getByText('Your orders').waitFor();
  await person.read(2500);
}
