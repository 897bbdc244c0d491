export const why = 'A like is given, taken back and given again, and claps are counted; each click replaces the button that was clicked.';
export const episodes = {};
export const lookalike = ['rage_click', 'dead_click'];

export async function act(person) {
  await person.read();
  await person.click('[data-like="0"]');
  await person.read(700);
  await person.click('[data-like="1"]', { times: 3, gap: 300 });
  await person.read(700);
  await person.click('[data-clap="1"]', { times: 6, gap: 140 });
  await person.wait(2500);
  const text = await person.page.evaluate(() => document.querySelector('#app').textContent);
  if (!text.includes('Claps: 6') || !text.includes('♥ 8')) throw new Error(text);
}
