export const why = 'A radio button in a disabled group and a plan with aria-disabled are clicked as if they worked; another plan does.';
export const episodes = {
  radio: { expect: ['disabled_click'], why: 'the cheaper billing is disabled, the person tries it twice' },
  plan: { expect: ['disabled_click'], may: ['dead_click'], why: 'the control says aria-disabled but looks like any other button' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.episode('radio', async () => {
    await person.click('#yearly');
    await person.wait(900);
    await person.click('#yearly');
  });
  await person.read(900);
  await person.episode('plan', () => person.click('#team'));
  await person.read(1200);
  await person.click('#solo');
  await person.read(700);
  if (!(await person.page.evaluate(() => document.querySelector('#chosen').textContent))) throw new Error('no plan was chosen');
}
