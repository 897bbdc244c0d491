export const why = 'Five quick clicks widen the search; each cuts off the request before it, and the last one brings the rooms.';
export const episodes = {};
export const lookalike = ['error_click', 'rage_click'];

export async function act(person) {
  await person.read();
  await person.click('#wider', { times: 5, gap: 170 });
  await person.read(1800);
  await person.click('#wider', { times: 2, gap: 260 });
  await person.wait(2800);
  const found = await person.page.evaluate(() => document.querySelector('#found').textContent);
  if (found !== '28 rooms') throw new Error(found);
}
