export const why = 'A film stops for want of data, stops again from another server, and only a reload of the page brings it on.';
export const episodes = {
  stalled: { expect: ['video_struggle'], why: 'the film stops in the middle and only says that it is loading' },
  again: { expect: ['video_struggle'], why: 'another server is tried, and the film stops again' },
  reloaded: { expect: ['reload'], may: ['video_struggle'], why: 'the page is reloaded because the film has stopped for good' },
};
export const lookalike = [];

const stopped = async ({ page }) => {
  await page.getByText('Loading …').waitFor({ timeout: 8000 });
  const before = await page.evaluate(() => document.querySelector('#film').currentTime);
  await page.waitForTimeout(2500);
  const state = await page.evaluate(() => [document.querySelector('#film').currentTime, document.querySelector('#film').readyState]);
  if (state[0] !== before || state[0] < 31 || state[1] > 2) throw new Error(`the film must have stopped, it is ${state}`);
};

export async function act(person) {
  await person.read(800);
  await person.episode('stalled', async () => {
    await person.click('#play');
    await stopped(person);
  }, { settle: 1500 });
  await person.episode('again', async () => {
    await person.click('#other');
    await person.wait(600);
    await stopped(person);
  });
  await person.episode('reloaded', async () => {
    await person.reload();
    await person.read(600);
  });
  await person.click('#play');
  await person.wait(2500);
  if (!(await person.page.evaluate(() => document.querySelector('#film').currentTime > 31))) throw new Error('the film must play now');
  await person.click('#play');
  await person.wait(1000);
}
