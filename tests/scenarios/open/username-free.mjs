export const why = 'A 404 tells that a name is free, the disabled button becomes enabled by that and works; Tab leads through the fields.';
export const episodes = {};
export const lookalike = ['error_click', 'disabled_click', 'keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.type('heron', { into: '#name' });
  await person.read(400);
  await person.click('#check');
  await person.read(1500);
  await person.key('Tab');
  await person.type('Ulm');
  await person.key('Tab');
  // Nothing to say here: on to the button, back to look at the town, and on again.
  await person.key('Tab');
  await person.wait(150);
  await person.page.keyboard.down('Shift');
  await person.key('Tab', { times: 2, gap: 200 });
  await person.page.keyboard.up('Shift');
  await person.key('Tab', { times: 2, gap: 180 });
  await person.read(500);
  await person.click('#go');
  await person.wait(2000);
  const title = await person.page.evaluate(() => document.querySelector('h1').textContent);
  if (title !== 'Welcome, heron!') throw new Error(title);
}
