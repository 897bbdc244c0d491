export const why =
  'The first of three steps of an enrolment goes well; at the second, with two fields filled, the person leaves for the start page.';
export const episodes = {
  left: { expect: ['form_abandon'], why: 'the enrolment is given up in its second step, and no place was got' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(800);
  await person.type('Ole Friis', { into: '[name=sailor]', gap: 90 });
  await person.type('34', { into: '[name=age]', gap: 110 });
  await person.click('text=Next');
  await person.page.getByText('Step 2 of 3').waitFor();
  await person.read(700);
  await person.type('Motor boat', { into: '[name=licence]', gap: 80 });
  await person.type('2019', { into: '[name=since]', gap: 110 });
  await person.read(1500);
  await person.episode('left', async () => {
    await person.click('nav a');
    await person.page.waitForURL('**/*-left-start.html');
    await person.read(1500);
  });
}
