export const why = 'A language button loads the page anew, a photo is chosen, "not found" means that the name is free, and "Help wanted" is a list of places: all as meant.';
export const episodes = {};
export const lookalike = ['reload', 'error_click', 'help_seeking', 'dead_click', 'form_abandon'];

export async function act(person) {
  const { page } = person;
  await person.read(1200);
  await Promise.all([page.waitForEvent('load'), person.click('#de')]);
  await person.read(1200);
  if ((await page.textContent('#title')) !== 'Ihr Konto') throw new Error('the language is the same');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), person.click('#photo')]);
  await person.wait(1000);
  await chooser.setFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('a picture') });
  await person.wait(800);
  await person.type('ida-gardens', { into: '#name', gap: 70 });
  await person.click('#check');
  await person.read(900);
  if (!(await page.textContent('#verdict')).includes('free')) throw new Error('the name is not free');
  await person.click('#save');
  await person.read(1200);
  if ((await page.textContent('#saved')) !== 'Saved.') throw new Error('it is not saved');
  await Promise.all([page.waitForEvent('load'), person.click('#wanted')]);
  await person.read(1000);
  await person.type('garden', { into: '#filter', gap: 90 });
  await person.wait(700);
  if ((await page.locator('#list li').count()) !== 2) throw new Error('the filter did not work');
  const [tab] = await Promise.all([page.waitForEvent('popup'), person.click('#list li:nth-child(2) a', { fx: 0.3 })]);
  await tab.waitForLoadState();
  await person.read(1500);
}
