export const why = 'What is disabled becomes enabled by a tick and then works; the page is clicked beside the disabled button; Tab and space lead on.';
export const episodes = {};
export const lookalike = ['disabled_click', 'keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.click('#wrap');
  await person.read(500);
  await person.type('Ida', { into: '#to' });
  await person.key('Tab');
  await person.type('Ben');
  await person.read(300);
  // Takes the focus from the field by a click on the empty page, on a level with the button.
  await person.click('#row', { fx: 0.7 });
  await person.read(500);
  await person.click('#from');
  await person.key('Tab');
  await person.wait(200);
  await person.key('Space');
  await person.read(500);
  await person.click('#send');
  await person.wait(2000);
  const title = await person.page.evaluate(() => document.querySelector('h1').textContent);
  if (title !== 'Ordered. Thank you!') throw new Error(title);
}
