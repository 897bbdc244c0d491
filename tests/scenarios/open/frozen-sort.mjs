export const why = 'Sorting freezes the page for 2.7 s, and a dialog takes 2.5 s to open, both without any sign.';
export const episodes = {
  frozen: { expect: ['slow_click'], why: 'the whole page hangs until the list is sorted' },
  dialog: { expect: ['slow_click'], why: 'nothing for 2.5 s, then the dialog springs up' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.episode('frozen', () => person.click('#sort'), { settle: 4500 });
  await person.read(800);
  await person.episode('dialog', () => person.click('#more'), { settle: 4500 });
  await person.click('#close');
  await person.read(600);
  const [first, open] = await person.page.evaluate(() => [document.querySelector('#hotels li').textContent, document.querySelector('#about').open]);
  if (open || first.startsWith('Astoria')) throw new Error(`open: ${open}, first: ${first}`);
}
