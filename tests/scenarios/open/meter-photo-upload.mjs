export const why =
  'Photo and number of a meter are sent by script with a growing bar; the page says that they arrived, the bill is opened.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(800);
  const asked = person.page.waitForEvent('filechooser');
  await person.click('#photo');
  const chooser = await asked;
  await person.wait(900);
  await chooser.setFiles({ name: 'meter.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(40_000, 7) });
  await person.read(500);
  await person.type('48213', { into: '#reading', gap: 110 });
  await person.click('#send');
  await person.page.getByText('Both have arrived').waitFor();
  await person.read(1500);
  await person.click('#bill');
  await person.page.waitForURL('**/*-bill.html');
  await person.read(1800);
}
