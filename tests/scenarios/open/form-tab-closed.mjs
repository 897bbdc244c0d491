export const why = 'An application is half written in a tab of its own, and the tab is closed: it is never sent.';
export const episodes = {
  closed: { expect: ['form_abandon'], why: 'three of four fields typed, then the tab is closed' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  const opened = person.page.context().waitForEvent('page');
  await person.click('#apply');
  const tab = await opened;
  await tab.waitForLoadState();
  const there = new person.constructor(tab, person.note, person.settle);
  await there.read(1000);
  await there.type('Mara Lind', { into: '#name', gap: 60 });
  await there.type('0170 5551234', { into: '#phone', gap: 60 });
  await there.type('I have been working with cranes for', { into: '#reason', gap: 50 });
  await there.click('#past');
  await there.wait(1000);
  await person.episode('closed', async () => {
    const gone = tab.waitForEvent('close');
    await tab.close({ runBeforeUnload: true });
    await gone;
  });
}
