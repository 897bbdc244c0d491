export const why = 'A seat map loads for ever; reloaded, it fails in its script and stays blank; reloaded again, it is there.';
export const episodes = {
  spinner: { expect: ['reload'], why: 'after four seconds of a turning wheel the person reloads' },
  blank: { expect: ['reload'], why: 'the wheel has gone and there is no map, so the page is reloaded at once' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(4000);
  await person.episode('spinner', async () => {
    await person.reload();
    await person.read(1200);
  });
  if (await person.page.isVisible('#spinner')) throw new Error('the wheel must be gone');
  await person.episode('blank', async () => {
    await person.reload();
    await person.read(700);
  });
  await person.read(700);
  await person.click('#map button:nth-child(3)');
  await person.page.getByText('Seat 2A is yours').waitFor();
  await person.wait(1500);
}
