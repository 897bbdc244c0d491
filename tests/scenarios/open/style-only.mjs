export const why = 'Seats turn green, the page turns dark by a rule in a style sheet, and the basket changes far up in the corner: all of it is seen.';
export const episodes = {};
export const lookalike = ['dead_click'];

export async function act(person) {
  await person.read();
  await person.click('#a1');
  await person.read(1200);
  await person.click('#a2');
  await person.read(1200);
  await person.click('#dark');
  await person.read(1200);
  await person.click('#child');
  await person.wait(2800);
  const state = await person.page.evaluate(() => [document.querySelectorAll('.taken').length, getComputedStyle(document.body).backgroundColor,
    document.querySelector('#basket').textContent].join(' '));
  if (state !== '2 rgb(34, 34, 34) one child, 5 €') throw new Error(state);
}
