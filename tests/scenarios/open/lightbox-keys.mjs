export const why = 'A photo fills the screen, but neither the arrow keys nor Escape do anything; only the mouse works.';
export const episodes = {
  arrow: { expect: ['keyboard_frustration'], why: 'arrow right five times, and it is still the same photo' },
  escape: { expect: ['keyboard_frustration'], why: 'Escape five times, and the photo does not close' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.click('#open');
  await person.read(900);
  await person.episode('arrow', () => person.key('ArrowRight', { times: 5, gap: 180 }));
  await person.read(700);
  await person.click('#next');
  await person.read(900);
  await person.episode('escape', () => person.key('Escape', { times: 5, gap: 160 }));
  await person.read(700);
  await person.click('#close');
  await person.read(600);
  const state = await person.page.evaluate(() => [document.querySelector('#light').hidden, document.querySelector('#photo').textContent].join());
  if (state !== 'true,Lighthouse') throw new Error(state);
}
