export const why =
  'The minutes of a council fill three pages, each is read over; then back to the second, where the item stood that is opened.';
export const episodes = {};
export const lookalike = ['quick_back'];

export async function act(person) {
  await person.read(1200);
  await person.click('[rel=next]');
  await person.page.waitForURL('**/*page=2');
  await person.read(2000);
  await person.click('[rel=next]');
  await person.page.waitForURL('**/*page=3');
  await person.read(1300);
  await person.scroll(240, { every: 150 });
  await person.read(1700);
  await person.back();
  await person.read(900);
  await person.click('main a');
  await person.page.waitForURL('**/*-item.html');
  await person.read(3000);
}
