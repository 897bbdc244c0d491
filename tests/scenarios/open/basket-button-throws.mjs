export const why = 'A shop’s own element breaks in its script when a bike without sizes is put into the basket; the one with sizes works.';
export const episodes = {
  broken: { expect: ['error_click'], may: ['dead_click'], why: 'the click runs into a script error, and the basket stays as it is' },
};
export const lookalike = [];

export async function act(person) {
  const errors = [];
  person.page.on('pageerror', (error) => errors.push(error));
  await person.read(900);
  await person.click('bike-card[name=City] button');
  await person.page.getByText('Basket: 1').waitFor();
  await person.read(1500);
  await person.episode('broken', async () => {
    await person.click('bike-card[name=Cargo] button');
    await person.read(2000);
  });
  if (errors.length !== 1) throw new Error(`${errors.length} errors`);
}
