export const why =
  'The switches of a heating app apply at once, as the room cards show; the person sets three things and goes to the diary.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.click('#night');
  await person.read(900);
  await person.page.selectOption('#mode', 'Warm');
  await person.read(900);
  await person.click('#holiday');
  await person.read(700);
  await person.click('#degrees');
  await person.key('ArrowRight', { times: 3, gap: 220 });
  await person.page.getByText('Now: Warm, 22°').waitFor();
  await person.read(1200);
  await person.click('nav a');
  await person.page.waitForURL('**/*-diary.html');
  await person.read(2000);
}
