export const why = 'The hand in a film is too fast: with the arrow key the person goes back over the same move again and again, and ahead, and back.';
export const episodes = {
  bowline: { expect: ['video_struggle'], why: 'seven seeks back with the keyboard around one place, to see what cannot be seen' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(900);
  await person.click('#player');
  await person.wait(2400);
  await person.episode('bowline', async () => {
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) {
      await person.key(key);
      await person.wait(key === 'ArrowRight' ? 500 : 1200);
    }
  });
  const at = await person.page.evaluate(() => document.querySelector('#film').currentTime);
  if (at < 5 || at > 32) throw new Error(`it must have gone back, it is at ${at}`);
  await person.key('k');
  await person.wait(1500);
}
