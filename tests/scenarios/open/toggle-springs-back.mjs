export const why = 'A switch goes on and springs back each time; the person taps it again and again. Before that the page is scrolled.';
export const episodes = {
  springs: { expect: ['rage_click'], why: 'five more taps in a second, and each gets the same useless flick' },
};
export const lookalike = ['dead_swipe'];
export const touch = true;

export async function act(person) {
  await person.read();
  await person.swipe({ x: 206, y: 620 }, { dy: -380 });
  await person.read(600);
  await person.swipe({ x: 206, y: 620 }, { dy: -200 });
  await person.read(600);
  await person.hasScrolled(100);
  await person.episode('springs', async () => {
    await person.tap('#switch');
    await person.wait(900);
    await person.tap('#switch', { times: 5, gap: 220 });
  });
  await person.read(600);
}
