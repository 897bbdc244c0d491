export const why = 'A setting is sought in two endless lists that scroll in a pane of their own, up and down, and at last the help is asked.';
export const episodes = {
  general: { expect: ['scroll_hunt'], why: 'five sweeps up and down the list of general settings' },
  advanced: { expect: ['scroll_hunt'], why: 'the same in the list of advanced settings' },
  asked: { expect: ['help_seeking'], why: 'clicks the help of the page since the setting is nowhere' },
};
export const lookalike = [];

async function sweeps(person, list) {
  for (const by of list) {
    const before = await person.page.evaluate(() => document.querySelector('#pane').scrollTop);
    await person.scroll(by, { every: 25, step: 200 });
    await person.wait(250);
    const moved = await person.page.evaluate(() => document.querySelector('#pane').scrollTop) - before;
    if (Math.abs(moved) < 900) throw new Error(`a sweep must go far, it went ${moved}`);
  }
}

export async function act(person) {
  await person.read(900);
  await person.move({ x: 700, y: 400 });
  await person.episode('general', () => sweeps(person, [2600, -2000, 2400, -2200, 2800]));
  await person.read(500);
  await person.click('#advanced');
  await person.read(600);
  await person.move({ x: 700, y: 400 });
  await person.episode('advanced', () => sweeps(person, [3000, -2400, 2200, -2600, 2600]));
  await person.read(600);
  await person.episode('asked', () => person.click('#help'));
}
