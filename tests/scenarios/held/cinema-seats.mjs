export const why = 'A dialog was closed, but its veil still lies invisibly over the seats: none can be chosen, and at last the pointer is shaken in anger.';
export const episodes = {
  swallowed: { expect: ['dead_click'], why: 'two seats that look free are clicked, and nothing comes of it' },
  shaken: { expect: ['cursor_thrash'], why: 'the pointer is shaken to and fro for over a second, aiming at nothing' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  await person.read(900);
  await person.click('#no');
  await person.read(1300);
  await person.episode('swallowed', async () => {
    await person.click('#D5');
    await person.wait(1800);
    await person.click('#D7');
    await person.wait(1800);
  });
  if ((await page.textContent('#chosen')) !== 'No seat chosen') throw new Error('a seat was chosen');
  await person.read(800);
  await person.episode('shaken', async () => {
    await person.path(Array.from({ length: 90 }, (_, step) => ({
      x: 640 + 190 * Math.sin(step / 1.5),
      y: 400 + 50 * Math.cos(step / 1.1),
    })));
  });
  await person.read(600);
}
