export const why = 'A short film is put into the page by a click, watched to its end, and watched once more because it was nice.';
export const episodes = {};
export const lookalike = ['video_struggle'];

export async function act(person) {
  await person.read(900);
  await person.click('#show');
  await person.page.locator('#end').waitFor({ timeout: 9000 });
  await person.wait(900);
  await person.click('#again');
  await person.wait(5200);
  if (!(await person.page.evaluate(() => document.querySelector('video').currentTime > 3))) throw new Error('it must have played again');
  await person.wait(1000);
}
