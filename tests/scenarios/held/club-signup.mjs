export const why = 'All is filled in, but the button stays disabled and nothing says why: it is hammered, and then the person gives up and leaves.';
export const episodes = {
  blocked: {
    expect: ['disabled_click', 'rage_click'],
    may: ['dead_click'],
    why: 'the disabled button is clicked once and then five times in a second',
  },
  left: { expect: ['form_abandon'], why: 'the filled form is left without an account' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  await person.read();
  await person.type('Milo Hart', { into: '#name', gap: 60 });
  await person.type('milo@example.org', { into: '#mail', gap: 60 });
  await person.type('Rowing2024', { into: '#secret', gap: 80 });
  await person.wait(400);
  if (await page.isEnabled('#go')) throw new Error('the button is enabled');
  await person.episode('blocked', async () => {
    await person.click('#go');
    await person.wait(1300);
    await person.click('#go', { times: 5, gap: 170 });
  });
  await person.read(1200);
  await person.episode('left', () => person.leave());
}
