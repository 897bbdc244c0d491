export const why =
  'To practise on the guitar two bars are looped by the player’s own button, which jumps back four times; then the song goes on.';
export const episodes = {};
export const lookalike = ['video_struggle'];

export async function act(person) {
  await person.read(900);
  await person.click('#play');
  await person.wait(1600);
  await person.click('#loop');
  await person.page.waitForFunction("document.querySelector('#times').textContent === '4 times'", null, { timeout: 12_000 });
  await person.click('#loop');
  await person.wait(1800);
  await person.click('#play');
  const at = await person.page.evaluate(() => document.querySelector('audio').currentTime);
  if (at < 1.6) throw new Error(`the song must have gone on, it is at ${at}`);
  await person.read(1500);
}
