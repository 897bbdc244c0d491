export const why = 'Creating the account fails on the server and the page keeps silent: the person tries, types everything anew and gives up.';
export const episodes = {
  tried: { expect: ['error_click'], may: ['dead_click'], why: 'the request of the click fails, and nothing at all is shown' },
  refilled: {
    expect: ['form_struggle', 'error_click'],
    may: ['dead_click'],
    why: 'email and password are emptied and typed again, each try fails silently',
  },
  left: { expect: ['form_abandon'], may: ['form_struggle'], why: 'a filled sign-up form is left without an account' },
};
export const lookalike = [];

async function refill(person, field, old, text) {
  await person.click(field);
  await person.erase(old.length, { gap: 40 });
  await person.type(text, { gap: 60 });
}

export async function act(person) {
  await person.read();
  await person.type('Mara Lind', { into: '#name', gap: 60 });
  await person.type('mara@lind.exampel', { into: '#email', gap: 60 });
  await person.type('tide-77-mark', { into: '#password', gap: 60 });
  await person.episode('tried', async () => {
    await person.click('#join');
    await person.wait(1000);
  });
  await person.episode('refilled', async () => {
    await refill(person, '#email', 'mara@lind.exampel', 'mara@lind.example');
    await person.click('#join');
    await person.wait(1200);
    await refill(person, '#password', 'tide-77-mark', 'Tide-77-Mark!');
    await person.click('#join');
    await person.wait(1500);
  });
  if (!(await person.page.isVisible('#signup'))) throw new Error('the form must still be there');
  await person.episode('left', () => person.leave());
}
