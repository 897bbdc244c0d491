export const why = 'One button only writes to the console, one asks the server and shows nothing of the answer; the third works.';
export const episodes = {
  console: { expect: ['dead_click'], why: 'no number appears: the script only logs' },
  request: { expect: ['dead_click'], why: 'the request ends well, but nothing of it is ever shown' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.click('#rent');
  await person.read();
  await person.episode('console', () => person.click('#phone'), { settle: 3000 });
  await person.read(900);
  await person.episode('request', () => person.click('#refresh'), { settle: 3500 });
  if (!(await person.page.evaluate(() => window.free))) throw new Error('the request did not end');
}
