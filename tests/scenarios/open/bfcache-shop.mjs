export const why = 'The person reads about a teapot, goes back to the list, which the browser had kept, and goes on buying there.';
export const episodes = {};
export const lookalike = ['dead_click', 'rage_click', 'quick_back', 'reload'];
export const bfcache = true;

export async function act(person) {
  await person.read(1000);
  await person.click('#add-glass');
  await person.read();
  await person.click('#iron');
  await person.page.waitForURL('**/*-item.html');
  await person.read(6500);
  await person.restore();
  await person.read();
  await person.click('#add-iron');
  await person.read(800);
  await person.click('#add-glass', { times: 4, gap: 180 });
  await person.read(1500);
  const basket = await person.page.evaluate(() => document.querySelector('#basket').textContent);
  if (basket !== '6') throw new Error(`in the basket: ${basket}`);
}
