export const why =
  'A timetable opens its answer in a tab of its own; the person reads it there, closes it, and leaves the question for another page.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.type('Lund', { into: '#from', gap: 110 });
  await person.key('Tab');
  await person.type('Malmo', { gap: 110 });
  await person.page.selectOption('#day', 'tomorrow');
  await person.wait(500);
  const opened = person.page.context().waitForEvent('page');
  await person.click('form button');
  const tab = await opened;
  await tab.getByText('Lund to Malmo').waitFor();
  await person.read(2500);
  await tab.close({ runBeforeUnload: true });
  await person.read(900);
  await person.click('#fares');
  await person.page.waitForURL('**/*-fares.html');
  await person.read(1800);
}
