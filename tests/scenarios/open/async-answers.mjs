export const why = 'Answers after 150 and 900 ms, then two that take 2.4 s but show grey bones or a bar at once: the person waits in peace.';
export const episodes = {};
export const lookalike = ['dead_click', 'slow_click', 'disabled_click'];

export async function act(person) {
  await person.read();
  await person.click('#stock');
  await person.read(900);
  await person.click('#when');
  await person.read(1700);
  await person.click('#reviews');
  await person.read(3200);
  await person.click('#photo');
  await person.wait(3300);
  const sent = await person.page.evaluate(() => document.querySelector('#sent').textContent);
  if (!sent.startsWith('Thank')) throw new Error(sent);
}
