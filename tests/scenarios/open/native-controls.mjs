export const why = 'The browser\'s own controls answer: a list, a calendar, a tick by its label, a slider by its keys, a file that is picked at leisure.';
export const episodes = {};
export const lookalike = ['dead_click', 'slow_click', 'keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.click('#from');
  await person.read(700);
  await person.key('ArrowDown', { times: 2, gap: 180 });
  await person.key('Enter');
  await person.read(500);
  await person.click('#day', { fx: 0.9 });
  await person.read(1200);
  await person.key('ArrowRight', { times: 3, gap: 160 });
  await person.key('Enter');
  await person.read(500);
  await person.click('#quiet', { fx: 0.7 });
  await person.read(500);
  await person.click('#bags', { fx: 0.15 });
  await person.key('ArrowRight', { times: 5, gap: 130 });
  await person.read(600);
  // The window for choosing a file is open for a while before there is a file.
  const chooser = person.page.waitForEvent('filechooser');
  await person.click('#card', { fx: 0.2 });
  await person.wait(2600);
  await (await chooser).setFiles({ name: 'card.png', mimeType: 'image/png', buffer: Buffer.from('card') });
  await person.read(800);
  await person.click('#more');
  await person.read(900);
  await person.click('#book');
  await person.wait(2000);
  const state = await person.page.evaluate(() => [document.querySelector('#from').value, document.querySelector('#day').value,
    document.querySelector('#quiet input').checked, document.querySelector('#bags').value, document.querySelector('#done').textContent].join());
  if (!/^Ulm,2030-05-04,true,[5-7],Booked\.$/.test(state)) throw new Error(state);
}
