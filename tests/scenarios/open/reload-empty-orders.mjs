export const why = 'The list of orders comes up empty because its request failed; the person reloads twice until it is there.';
export const episodes = {
  once: { expect: ['reload'], why: 'reloaded two seconds after it came, since there is nothing on the page' },
  again: { expect: ['reload'], why: 'still empty, so reloaded again' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(2000);
  await person.episode('once', async () => {
    await person.reload();
    await person.read(1000);
  });
  if ((await person.page.locator('li').count()) !== 0) throw new Error('it must still be empty');
  await person.episode('again', async () => {
    await person.reload();
    await person.read(1000);
  });
  await person.page.getByText('Order 7731').waitFor();
  await person.read(2000);
}
