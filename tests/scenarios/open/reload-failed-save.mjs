export const why = 'After a while on the page a setting fails with an error; the person reloads the page for it, and then it works.';
export const episodes = {
  failed: { expect: ['error_click'], why: 'the click makes a request fail, and the page says so' },
  reloaded: { expect: ['reload'], why: 'long after the page came, but right after the failure and because of it' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(8000);
  await person.episode('failed', async () => {
    await person.click('#evening');
    await person.page.getByText('Something went wrong').waitFor();
    await person.wait(700);
  });
  await person.episode('reloaded', async () => {
    await person.wait(300);
    await person.reload();
    await person.read(500);
  });
  await person.read(600);
  await person.click('#evening');
  await person.page.getByText('It is set').waitFor();
  await person.wait(1500);
}
