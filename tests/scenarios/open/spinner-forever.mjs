export const why = 'The page loads for ever; the person shakes the pointer to and fro, and later draws fast circles, aiming at nothing.';
export const episodes = {
  shaken: { expect: ['cursor_thrash'], why: 'eight times left and right in two seconds over a page that has nothing to aim at' },
  circled: { expect: ['cursor_thrash'], why: 'five fast circles in the empty page' },
};
export const lookalike = [];

export async function act(person) {
  const shake = Array.from({ length: 96 }, (_, at) => ({ x: 640 + 200 * Math.sin((at * 2 * Math.PI) / 12), y: 420 + 8 * Math.sin(at) }));
  const circles = Array.from({ length: 100 }, (_, at) => ({
    x: 700 + 130 * Math.cos((at * 2 * Math.PI) / 18),
    y: 450 + 130 * Math.sin((at * 2 * Math.PI) / 18),
  }));
  await person.read(1500);
  await person.move({ x: 640, y: 420 });
  await person.episode('shaken', () => person.path(shake));
  await person.read(1500);
  await person.move({ x: 830, y: 450 });
  await person.episode('circled', () => person.path(circles));
}
