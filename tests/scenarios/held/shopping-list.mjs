export const why = 'A list is written: Enter again and again makes empty lines for later, Backspace takes two away, the name is corrected once. All of it works.';
export const episodes = {};
export const lookalike = ['keyboard_frustration', 'form_struggle', 'form_abandon'];

export async function act(person) {
  const { page } = person;
  await person.read();
  await person.click('#name', { fx: 0.2 });
  await person.erase(13, { gap: 50 });
  await person.type('Saturdy', { gap: 70 });
  await person.wait(400);
  await person.erase(1);
  await person.type('ay', { gap: 80 });
  await person.wait(400);
  await person.click('#items li span');
  for (const item of ['Milk', 'Bread', 'Plums']) {
    await person.type(item, { gap: 70 });
    await person.key('Enter');
    await person.wait(120);
  }
  // Room for what comes to mind later.
  await person.key('Enter', { times: 5, gap: 140 });
  await person.wait(700);
  await person.key('Backspace', { times: 2, gap: 160 });
  await person.type('Tea', { gap: 80 });
  await person.wait(600);
  await person.click('#items li input');
  await person.wait(500);
  await person.click('#sharing');
  await person.read(900);
  await person.key('Escape');
  await person.wait(900);
  if ((await page.locator('#items li').count()) !== 7) throw new Error('there should be seven lines');
  if ((await page.inputValue('#name')) !== 'Saturday') throw new Error('the name is wrong');
  if ((await page.textContent('#state')) !== 'Saved') throw new Error('it is not saved');
}
