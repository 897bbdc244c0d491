export const why = 'A phone number is refused in every way to write it; the person empties and refills the field four times and goes elsewhere.';
export const episodes = {
  refused: { expect: ['form_struggle'], why: 'one field emptied and refilled again and again, and refused each time' },
  gave_up: { expect: ['form_abandon'], may: ['form_struggle'], why: 'the changed profile is left for another view without saving' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.click('#profile');
  await person.read();
  await person.type('mara', { into: '#nick', gap: 70 });
  await person.episode('refused', async () => {
    let typed = 0;
    for (const tried of ['0170 5551234', '+49 170 5551234', '00491705551234', '0170/5551234']) {
      await person.click('#phone');
      await person.erase(typed, { gap: 35 });
      await person.type(tried, { gap: 60 });
      typed = tried.length;
      await person.key('Tab');
      await person.wait(700);
      if (!(await person.page.textContent('.wrong'))) throw new Error(`${tried} must be refused`);
    }
  });
  await person.episode('gave_up', () => person.click('#overview'), { settle: 6000 });
  if (await person.page.isVisible('form')) throw new Error('the form must be gone');
}
