export const why = 'A menu opens on pressing, a hint pops up, three dialogs open one on the other, and three quick Escapes close them one by one.';
export const episodes = {};
export const lookalike = ['dead_click', 'keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.click('#add');
  await person.read(500);
  await person.click('#week');
  await person.read(600);
  await person.click('#hint');
  await person.read(900);
  await person.key('Escape');
  await person.read(400);
  await person.click('#event');
  await person.read(500);
  await person.click('#edit');
  await person.read(500);
  await person.click('#guests');
  await person.read(700);
  await person.key('Escape', { times: 3, gap: 260 });
  await person.wait(2500);
  const state = await person.page.evaluate(() => [document.querySelectorAll('dialog[open]').length, document.querySelector('#view').textContent].join());
  if (state !== '0,Week') throw new Error(state);
}
