export const why = 'Quick paging: through months, photos and pages, until the last page, where the button becomes disabled by itself. All of it works.';
export const episodes = {};
export const lookalike = ['rage_click', 'disabled_click'];

export async function act(person) {
  await person.read();
  await person.click('#month', { times: 4, gap: 150 });
  await person.read(600);
  await person.click('#right', { times: 5, gap: 140 });
  await person.click('#left', { times: 3, gap: 160 });
  await person.read(600);
  await person.click('#next', { times: 5, gap: 150 });
  await person.wait(2500);
  if (!(await person.page.evaluate(() => document.querySelector('#next').disabled))) throw new Error('this is not the last page');
}
