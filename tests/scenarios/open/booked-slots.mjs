export const why = 'The person pages quickly to a week, which works, and then tries a time that is taken and therefore disabled. A poll fails unseen.';
export const episodes = {
  taken: { expect: ['disabled_click'], why: 'the only time that suits is disabled, the person tries it all the same, twice' },
};
export const lookalike = ['rage_click', 'error_click'];

export async function act(person) {
  await person.read();
  await person.click('#next', { times: 4, gap: 170 });
  await person.read(1200);
  await person.episode('taken', async () => {
    await person.click('.slot:nth-child(1)');
    await person.wait(1100);
    await person.click('.slot:nth-child(1)');
  });
  await person.read(1000);
  await person.click('.slot:nth-child(2)');
  await person.read(800);
  const booked = await person.page.evaluate(() => document.querySelector('#booked').textContent);
  if (booked !== 'Booked: week 18, 10:00') throw new Error(`booked: ${booked}`);
}
