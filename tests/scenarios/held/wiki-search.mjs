export const why = 'The search field never reacts to Enter: the person presses it again and again, and then turns to the help page.';
export const episodes = {
  hammered: { expect: ['keyboard_frustration'], why: 'Enter once, then six times in a second, and no search begins' },
  helped: { expect: ['help_seeking'], may: ['form_abandon'], why: 'the help link is followed, the search being of no use' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  await person.read(900);
  await person.type('parental leave', { into: '#search', gap: 80 });
  await person.episode('hammered', async () => {
    await person.key('Enter');
    await person.wait(1300);
    await person.key('Enter', { times: 6, gap: 150 });
  });
  if (page.url().includes('?q=')) throw new Error('a search began');
  await person.read(1000);
  await person.episode('helped', async () => {
    await Promise.all([page.waitForEvent('load'), person.click('#help')]);
    await person.read(900);
  });
  if ((await page.title()) !== 'Help with the wiki') throw new Error('no help came');
  await person.read(2500);
}
