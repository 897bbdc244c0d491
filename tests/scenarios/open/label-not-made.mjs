export const why =
  'A label is looked up and found missing; making it fails on the server twice, with a red line each time, and the person lets it be.';
export const episodes = {
  once: { expect: ['error_click'], why: 'the click on “Make it” ends in “Something went wrong”, and there is no label' },
  again: { expect: ['error_click'], why: 'tried once more after a moment, with the same end' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(800);
  await person.click('[data-name=winter]');
  await person.page.getByText('There is no label').waitFor();
  await person.read(1200);
  await person.episode('once', async () => {
    await person.click('text=Make it');
    await person.page.getByText('Something went wrong').waitFor();
    await person.read(1500);
  });
  await person.episode('again', async () => {
    await person.click('text=Make it');
    await person.wait(700);
    await person.read(1500);
  });
}
