export const why = 'Two dialogs are begun, filled with some text and closed without sending: nothing of it is kept.';
export const episodes = {
  invitation: { expect: ['form_abandon'], why: 'address and message typed, then the dialog is closed by its cross' },
  project: { expect: ['form_abandon'], why: 'title and text typed, then the sheet is closed by Escape' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.click('#invite');
  await person.read(500);
  await person.type('jonas@lind.example', { into: '#email', gap: 60 });
  await person.type('Will you join us for', { into: '#message', gap: 60 });
  await person.episode('invitation', async () => {
    await person.wait(700);
    await person.click('#x');
  }, { settle: 6000 });
  await person.click('#project');
  await person.read(500);
  await person.type('Harbour map', { gap: 60 });
  await person.type('All the berths and', { into: '#about', gap: 60 });
  await person.episode('project', async () => {
    await person.wait(700);
    await person.key('Escape');
  }, { settle: 6000 });
  if (await person.page.isVisible('#veil')) throw new Error('the sheet must be closed');
}
