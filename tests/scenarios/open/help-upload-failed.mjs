export const why = 'An upload fails, the page is loaded anew because of that, it fails again, and the person reads the help.';
export const episodes = {
  failed: { expect: ['error_click'], why: 'the request of the click is cut, and the page says that it failed' },
  reloaded: { expect: ['reload'], why: 'the page is reloaded because the upload failed' },
  failed_again: { expect: ['error_click'], why: 'the same after the reload' },
  asked: { expect: ['help_seeking'], why: 'opens the help link because it cannot be made to work' },
};
export const lookalike = [];

export async function act(person) {
  const upload = async () => {
    await person.click('#upload');
    await person.page.getByText('The upload has failed').waitFor();
    await person.wait(600);
  };
  await person.read(1200);
  await person.episode('failed', upload);
  await person.episode('reloaded', async () => {
    await person.reload();
    await person.read(500);
  });
  await person.read(600);
  await person.episode('failed_again', upload);
  await person.read(500);
  await person.episode('asked', async () => {
    await person.click('#help');
    await person.page.waitForURL('**/*-help.html');
    await person.read(700);
  });
  await person.read(1500);
}
