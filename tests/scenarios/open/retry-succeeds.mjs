export const why = 'Saving fails once, is tried again by the page and works, with a word on it all the time; the person double-clicks out of habit.';
export const episodes = {};
export const lookalike = ['error_click', 'slow_click', 'disabled_click'];

export async function act(person) {
  await person.read();
  await person.click('#later');
  await person.read(900);
  await person.multiClick('#save', 2);
  await person.wait(4500);
  const status = await person.page.evaluate(() => document.querySelector('#status').textContent);
  if (status !== 'Saved. Sleep well.') throw new Error(status);
}
