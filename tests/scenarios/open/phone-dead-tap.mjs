export const why = 'On a phone: one finger scrolls down calmly, then taps on dead and disabled buttons.';
export const episodes = {
  once: { expect: ['dead_click'], why: 'the button takes the tap and does nothing' },
  hammered: { expect: ['rage_click', 'dead_click'], why: 'four fast taps on the other button, it is dead too' },
  disabled: { expect: ['disabled_click'], why: 'the grey button is disabled; the person tries it twice all the same' },
};
export const lookalike = ['dead_swipe'];
export const touch = true;

export async function act(person) {
  await person.read();
  await person.swipe({ x: 206, y: 650 }, { dy: -400 });
  await person.read(800);
  await person.hasScrolled(50);
  await person.episode('once', () => person.tap('#call'), { settle: 3000 });
  await person.read(700);
  await person.episode('hammered', () => person.tap('#book', { times: 4 }), { settle: 3000 });
  await person.read(700);
  await person.episode('disabled', async () => {
    await person.tap('#holiday');
    await person.wait(800);
    await person.tap('#holiday');
  });
}
