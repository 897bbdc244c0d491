export const why =
  'A long application is refused at its foot, but the reason stands out of sight at its head: three vain tries, then it is found.';
export const episodes = {
  unseen: {
    expect: ['form_struggle'],
    may: ['dead_click'],
    why: 'sent three times with other changes each time, and down here nothing says that or why it is refused',
  },
};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(400);
  await person.type('twelve', { into: '#people', gap: 60 });
  await person.type('Concert', { into: '#plan', gap: 45 });
  await person.episode('unseen', async () => {
    await person.click('#hand');
    await person.wait(900);
    await person.type(' now', { into: '#plan', gap: 50 });
    await person.click('#hand');
    await person.wait(900);
    await person.click('#true');
    await person.wait(400);
    await person.click('#hand');
    await person.wait(900);
  });
  await person.scroll(-1800, { every: 30, step: 300 });
  await person.read(700);
  await person.click('#people');
  await person.erase(6, { gap: 40 });
  await person.type('12', { gap: 110 });
  await person.scroll(1800, { every: 30, step: 300 });
  await person.click('#hand');
  await person.page.getByText('is handed in').waitFor();
  await person.read(1000);
}
