export const why = 'One room is read about and the person goes back, as one does. The price of the other comes late without a sign, and its button for reserving stays disabled.';
export const episodes = {
  late: { expect: ['slow_click'], why: 'the price comes 2.5 s after the click, and nothing moves before' },
  blocked: { expect: ['disabled_click'], may: ['dead_click'], why: 'the disabled button is clicked three times, almost a second apart, as if it should work' },
};
export const lookalike = ['quick_back'];

export async function act(person) {
  const { page } = person;
  await person.read(1000);
  await Promise.all([page.waitForEvent('load'), person.click('#suite', { fx: 0.4 })]);
  await person.read(1500);
  await person.scroll(600, { every: 80 });
  await person.read(1300);
  await person.scroll(600, { every: 80 });
  await person.read(1300);
  await person.back();
  await person.read(1200);
  await person.episode('late', async () => {
    await person.click('#ask');
    await person.wait(3000);
    if ((await page.textContent('#price')) !== '164 €') throw new Error('no price came');
  });
  await person.read(600);
  await person.episode('blocked', () => person.click('#reserve', { times: 3, gap: 900 }));
  if ((await page.textContent('#reserve')) !== 'Reserve') throw new Error('it was reserved');
  await person.read(800);
}
