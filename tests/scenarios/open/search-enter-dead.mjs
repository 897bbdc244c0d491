export const why = 'The search box takes no Enter; the person hammers the key, then finds the button, which works.';
export const episodes = {
  enter: { expect: ['keyboard_frustration'], why: 'Enter five times in a second, and nothing is searched' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.type('leek', { into: '#query' });
  await person.wait(200);
  await person.episode('enter', async () => {
    await person.key('Enter');
    await person.wait(900);
    await person.key('Enter', { times: 5 });
  });
  await person.read(1000);
  await person.click('#go');
  await person.read(900);
  if (!(await person.page.evaluate(() => document.querySelector('#found li')))) throw new Error('nothing was found');
}
