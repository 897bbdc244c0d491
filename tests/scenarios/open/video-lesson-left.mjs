export const why = 'A chapter ahead never comes, an earlier one stops after seconds, and the course is left because of that.';
export const episodes = {
  ahead: { expect: ['video_struggle'], why: 'the chosen chapter does not start: the film hangs for seconds' },
  left: { expect: ['video_struggle'], why: 'the chapter before stops too, and the person leaves within two seconds of it' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  const state = () => page.evaluate(() => [document.querySelector('#lesson').currentTime, document.querySelector('#lesson').readyState]);
  await person.read(800);
  await person.click('[data-at="0"]');
  await person.wait(2500);
  if ((await state())[0] < 1) throw new Error('chapter one must play');
  await person.episode('ahead', async () => {
    await person.click('[data-at="70"]');
    await person.wait(3500);
    if ((await state())[1] > 2) throw new Error('chapter three must not come');
  }, { settle: 2500 });
  await person.episode('left', async () => {
    await person.click('[data-at="26"]');
    await person.wait(4400);
    const [at, ready] = await state();
    if (at < 27 || ready > 2) throw new Error(`chapter two must play and stop, it is at ${at} with ${ready}`);
    await person.click('#courses');
    await page.waitForURL('**/*-courses.html');
  });
}
