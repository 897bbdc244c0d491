export const why = 'A sign-up within a web component is refused once, for a name that is taken; the person goes to the fixtures instead.';
export const episodes = {
  left: { expect: ['form_abandon'], why: 'the filled sign-up is given up after its error, without an account' },
};
export const lookalike = ['form_struggle'];

export async function act(person) {
  await person.read(800);
  await person.type('lynx', { into: '#nick', gap: 110 });
  await person.type('lynx@fjell.example', { into: '#post', gap: 70 });
  await person.type('blue-skis-4', { into: '#secret', gap: 80 });
  await person.click('#join');
  await person.page.getByText('already taken').waitFor();
  await person.read(2200);
  await person.episode('left', async () => {
    await person.click('nav a');
    await person.page.waitForURL('**/*-fixtures.html');
    await person.read(1500);
  });
}
