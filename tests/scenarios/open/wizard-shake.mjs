export const why = 'The person sees not that a choice is needed, tries the disabled button, shakes the mouse, and then finds the way.';
export const episodes = {
  next: { expect: ['disabled_click'], why: 'the next step is disabled, the person tries it twice' },
  shaken: { expect: ['cursor_thrash'], why: 'the pointer is shaken left and right over the form' },
};
export const lookalike = [];

export async function act(person) {
  const shake = Array.from({ length: 84 }, (_, at) => ({ x: 420 + 170 * Math.sin((at * 2 * Math.PI) / 13), y: 300 + at / 3 }));
  await person.read();
  await person.episode('next', async () => {
    await person.click('#next');
    await person.wait(900);
    await person.click('#next');
  });
  await person.move({ x: 420, y: 300 });
  await person.episode('shaken', () => person.path(shake));
  await person.read(1200);
  await person.click('#private');
  await person.read(500);
  await person.click('#next');
  await person.read(900);
  const title = await person.page.evaluate(() => document.querySelector('h1').textContent);
  if (title !== 'Your account is open') throw new Error(title);
}
