export const why = 'Step two refuses a date four times and never says what it wants; the person tries it in other ways and leaves the wizard half-way.';
export const episodes = {
  refused: { expect: ['form_struggle'], why: 'the same form is sent four times, the date written anew each time, and refused with the same words' },
  left: { expect: ['form_abandon'], why: 'the wizard is left at the second of four steps' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  await person.read();
  await page.selectOption('#purpose', 'Holiday');
  await person.wait(300);
  await person.type('12', { into: '#nights' });
  await person.click('#trip button');
  await person.read(700);
  await person.type('P4471923', { into: '#number', gap: 60 });
  await person.episode('refused', async () => {
    let before = 0;
    for (const date of ['03/04/2021', '3.4.2021', '2021-04-03', '03042021']) {
      await person.click('#date');
      await person.erase(before, { gap: 35 });
      await person.type(date, { gap: 50 });
      before = date.length;
      await person.click('#on');
      await person.wait(600);
      if (!(await page.isVisible('#alert'))) throw new Error('the date was taken');
    }
  });
  await person.episode('left', () => person.leave());
}
