export const why =
  'Two messages go to the landlord with Enter, each appears in the talk with a tick, and the tenant leaves for the list of flats.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(1000);
  await person.type('Is it still free?', { into: '#write', gap: 75 });
  await person.key('Enter');
  await person.wait(1500);
  await person.type('I could come today', { gap: 75 });
  await person.key('Enter');
  await person.page.waitForFunction("document.querySelectorAll('.mine.sent').length === 2");
  await person.read(1500);
  await person.click('nav a');
  await person.page.waitForURL('**/*-flats.html');
  await person.read(2000);
}
