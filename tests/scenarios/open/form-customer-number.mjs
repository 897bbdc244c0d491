export const why = 'A key is asked for that nobody knows: the person sits before the field, looks for contact and leaves the claim.';
export const episodes = {
  helpless: { expect: ['form_struggle'], why: 'goes into the field again and again, types nothing, and wanders between the fields' },
  asked: { expect: ['help_seeking'], why: 'turns to the contact of the page, which opens its chat' },
  left: { expect: ['form_abandon'], may: ['form_struggle'], why: 'name and email typed, and the claim is left' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.type('Mara Lind', { into: '#name', gap: 60 });
  await person.type('mara@lind.example', { into: '#email', gap: 60 });
  await person.episode('helpless', async () => {
    await person.click('#key');
    await person.wait(3500);
    await person.click('#email');
    await person.wait(900);
    await person.click('#key');
    await person.wait(3000);
    await person.click('#amount');
    await person.wait(700);
    await person.click('#key');
    await person.wait(3000);
  }, { settle: 6000 });
  await person.episode('asked', () => person.click('#contact'));
  await person.read(500);
  await person.episode('left', () => person.leave());
}
