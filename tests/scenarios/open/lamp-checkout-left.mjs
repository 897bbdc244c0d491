export const why =
  'Half of a checkout is filled when the delivery costs appear; the person thinks, and leaves by the logo without having ordered.';
export const episodes = {
  left: { expect: ['form_abandon'], why: 'name, street and town are typed, then the start page is opened without an order' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(800);
  await person.type('Nora Vik', { into: '#person', gap: 80 });
  await person.type('Storgata 9', { into: '#street', gap: 80 });
  await person.type('Narvik', { into: '#town', gap: 90 });
  await person.key('Tab');
  await person.page.getByText('Delivery 38.00').waitFor();
  await person.read(2200);
  await person.episode('left', async () => {
    await person.click('#logo');
    await person.page.waitForURL('**/*-start.html');
    await person.read(1500);
  });
}
