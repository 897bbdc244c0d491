export const why = 'A lecture watched at ease: skipped ahead once, one sentence heard again, a pause, a little faster, and on to the quiz before its end.';
export const episodes = {};
export const lookalike = ['video_struggle'];

export async function act(person) {
  await person.read(800);
  await person.click('#play');
  await person.wait(2000);
  await person.click('#ahead');
  await person.wait(1800);
  await person.click('#back');
  await person.wait(1800);
  await person.click('#play');
  await person.wait(1200);
  await person.click('#play');
  await person.wait(600);
  await person.click('#rate');
  await person.wait(1800);
  const at = await person.page.evaluate(() => document.querySelector('#lecture').currentTime);
  if (at < 24) throw new Error(`the lecture must have gone on, it is at ${at}`);
  await person.click('#quiz');
  await person.page.waitForURL('**/*-quiz.html');
  await person.read(700);
  await person.click('#two');
  await person.wait(1500);
}
