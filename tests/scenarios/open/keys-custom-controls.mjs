export const why = 'Home-made controls take the focus but no keys: the space bar and the arrows are pressed in vain, the mouse works.';
export const episodes = {
  space: { expect: ['keyboard_frustration'], why: 'the space bar five times on a box that does not tick' },
  arrows: { expect: ['keyboard_frustration'], why: 'arrow down six times in a list that does not move' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.key('Tab');
  await person.read(500);
  await person.episode('space', () => person.key('Space', { times: 5, gap: 180 }));
  await person.read(900);
  await person.click('#cheese');
  await person.read(600);
  await person.key('Tab');
  await person.read(500);
  await person.episode('arrows', () => person.key('ArrowDown', { times: 6, gap: 150 }));
  await person.read(900);
  await person.click('#large');
  await person.read(600);
  const state = await person.page.evaluate(() => [document.querySelector('#cheese').ariaChecked,
    document.querySelector('#large').ariaSelected, scrollY].join());
  if (state !== 'true,true,0') throw new Error(state);
}
