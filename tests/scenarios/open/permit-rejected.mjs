export const why =
  'A parking permit is sent to the office three times, and each time the same page comes back refused; the fourth plate is right.';
export const episodes = {
  refused: { expect: ['form_struggle'], why: 'three times sent, three times back with an error that says not what is wrong' },
};
export const lookalike = ['form_abandon'];

async function send(person, old, plate) {
  await person.click('#plate');
  await person.erase(old, { gap: 35 });
  await person.type(plate, { gap: 55 });
  const come = person.page.waitForEvent('load');
  await person.click('#apply');
  await come;
  await person.read(700);
}

export async function act(person) {
  await person.read(700);
  await person.type('Elm Row', { into: '#lane', gap: 60 });
  await person.episode('refused', async () => {
    await send(person, 0, 'kl 482');
    await send(person, 6, 'KL 482');
    await send(person, 6, 'KL-482');
  });
  if (!(await person.page.textContent('#error'))) throw new Error('it must still be refused');
  await send(person, 6, 'KL482');
  await person.page.getByText('may park').waitFor();
  await person.read(1000);
}
