export const why = 'The export fails with an error of the server, so the person loads the page anew in the hope that it helps.';
export const episodes = {
  failed: { expect: ['error_click'], why: 'the request that the click sends fails with 500, and a message says only that something went wrong' },
  reloaded: { expect: ['reload'], why: 'the page is loaded anew because the export failed' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  await person.read(1500);
  await person.click('#by');
  await person.read(1800);
  await person.episode('failed', async () => {
    await person.click('#export');
    await person.wait(1500);
    if (!(await page.isVisible('#toast'))) throw new Error('it did not fail');
  });
  await person.episode('reloaded', async () => {
    await person.reload();
    await person.wait(1200);
  });
  await person.move('#bars');
  await person.read(1200);
}
