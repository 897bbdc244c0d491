export const why = 'One sentence of a language lesson cannot be understood: it is sought back five times and then given up.';
export const episodes = {
  sentence: { expect: ['video_struggle'], why: 'the same few seconds sought back and heard again five times' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(900);
  await person.click('#play');
  await person.wait(2600);
  await person.episode('sentence', async () => {
    for (let time = 0; time < 5; time += 1) {
      await person.click('#back');
      await person.wait(1500);
    }
  });
  const at = await person.page.evaluate(() => document.querySelector('#lesson').currentTime);
  if (at < 35 || at > 46) throw new Error(`it must be about the same place, it is ${at}`);
  await person.click('#play');
  await person.wait(1500);
}
