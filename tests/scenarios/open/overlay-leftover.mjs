export const why = 'After a menu was closed, an invisible layer stays over the page and swallows the clicks on a good button.';
export const episodes = {
  once: { expect: ['dead_click'], why: 'the button looks as always and does nothing' },
  hammered: { expect: ['rage_click', 'dead_click'], why: 'four fast clicks on the button, nothing comes' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.click('#open');
  await person.read(600);
  await person.click('#close');
  await person.read(600);
  await person.episode('once', () => person.click('#buy'), { settle: 3000 });
  await person.read(700);
  await person.episode('hammered', () => person.click('#buy', { times: 4 }), { settle: 3000 });
  const basket = await person.page.evaluate(() => document.querySelector('#basket').textContent);
  if (basket !== 'The basket is empty.') throw new Error('the layer let a click through');
}
