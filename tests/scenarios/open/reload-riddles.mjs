export const why = 'The page offers another riddle at each reload, and the person takes two more, having read each.';
export const episodes = {};
export const lookalike = ['reload'];

export async function act(person) {
  await person.read(4500);
  await person.reload();
  await person.page.getByText('What runs').waitFor();
  await person.read(5000);
  await person.reload();
  await person.page.getByText('What has teeth').waitFor();
  await person.read(2500);
}
