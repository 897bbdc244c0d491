export const why = 'The transcript says that it loads, comes, and is read line by line. But one move of the film stays a riddle: the same part is played again and again.';
export const episodes = {
  again: { expect: ['video_struggle'], why: 'four times back to the same first seconds' },
};
export const lookalike = ['scroll_hunt', 'slow_click'];

export async function act(person) {
  const { page } = person;
  const time = () => page.evaluate(() => document.querySelector('#film').currentTime);
  await person.read(800);
  await person.click('#script');
  await person.wait(2000);
  await person.move('#lines');
  for (let part = 0; part < 3; part += 1) {
    await person.scroll(480, { every: 80 });
    await person.read(250);
  }
  if (!(await page.textContent('#lines')).includes('55.')) throw new Error('the transcript did not scroll');
  await person.click('#top');
  await person.read(500);
  await person.click('#play');
  await person.wait(1500);
  await person.episode('again', async () => {
    for (let round = 0; round < 4; round += 1) {
      await person.click('#track', { fx: 0.01 });
      await person.wait(1200);
      if ((await time()) > 4) throw new Error('it did not go back');
    }
  });
  await person.click('#play');
  await person.read(700);
}
