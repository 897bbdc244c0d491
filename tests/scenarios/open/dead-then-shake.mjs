export const why = 'First a dead button, then a request that fails unseen; after each the person lets off steam with the mouse.';
export const episodes = {
  label: { expect: ['dead_click'], why: 'no label, no window, nothing' },
  shaken: { expect: ['cursor_thrash'], why: 'the pointer is shaken up and down in front of the dead page' },
  cancel: { expect: ['error_click'], may: ['dead_click'], why: 'the server answers 500, and the page says nothing' },
  zigzag: { expect: ['cursor_thrash'], why: 'wild large strokes across the whole page' },
};
export const lookalike = [];

export async function act(person) {
  const shake = Array.from({ length: 90 }, (_, at) => ({ x: 620 + 10 * Math.cos(at), y: 400 + 150 * Math.sin((at * 2 * Math.PI) / 11) }));
  const zigzag = Array.from({ length: 96 }, (_, at) => ({
    x: 640 + 330 * Math.sin((at * 2 * Math.PI) / 16),
    y: 400 + 120 * Math.sin((at * 2 * Math.PI) / 37),
  }));
  await person.read();
  await person.episode('label', () => person.click('#label'), { settle: 3000 });
  await person.move({ x: 620, y: 400 });
  await person.episode('shaken', () => person.path(shake));
  await person.read(800);
  await person.episode('cancel', () => person.click('#cancel'), { settle: 3000 });
  await person.move({ x: 640, y: 400 });
  await person.episode('zigzag', () => person.path(zigzag));
}
