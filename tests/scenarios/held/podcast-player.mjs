export const why = 'Somebody skips the introduction with a few quick clicks, scrubs once to a place, listens on, and takes the file along.';
export const episodes = {};
export const lookalike = ['video_struggle', 'rage_click', 'dead_click'];

export async function act(person) {
  const { page } = person;
  const time = () => page.evaluate(() => document.querySelector('#sound').currentTime);
  await person.read();
  await person.click('#play');
  await person.wait(1500);
  await person.click('#on', { times: 4, gap: 230 });
  await person.wait(1500);
  if ((await time()) < 40) throw new Error('it did not skip');
  // One scrub with the slider, which seeks all the way along.
  await person.drag(await person.point('#seek', { fx: 0.25 }), await person.point('#seek', { fx: 0.6 }));
  await person.wait(2500);
  if ((await time()) < 100) throw new Error('it did not scrub');
  await person.click('#volume', { fx: 0.6 });
  await person.wait(1500);
  const [download] = await Promise.all([page.waitForEvent('download'), person.click('#file')]);
  if (download.suggestedFilename() !== 'bridges.mp3') throw new Error('another file came');
  await person.wait(1800);
  await person.click('#play');
  await person.wait(700);
  if (!(await page.evaluate(() => document.querySelector('#sound').paused))) throw new Error('it plays on');
}
