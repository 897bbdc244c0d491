export const why = 'An auction page does not renew itself: having read it, the person reloads it twice for new bids, and sees them.';
export const episodes = {};
export const lookalike = ['reload'];

export async function act(person) {
  await person.read(3500);
  await person.scroll(120, { every: 150 });
  await person.read(1800);
  await person.reload();
  await person.page.getByText('64.00').waitFor();
  await person.read(5200);
  await person.reload();
  await person.page.getByText('67.00').waitFor();
  await person.read(2500);
}
