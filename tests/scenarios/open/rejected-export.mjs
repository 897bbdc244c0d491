export const why = 'Two exports fail without a word: one by a rejected promise, one because the server does not know the address.';
export const episodes = {
  promise: { expect: ['error_click'], may: ['dead_click'], why: 'the handler rejects a moment after the click, and nothing is shown' },
  request: { expect: ['error_click'], may: ['dead_click'], why: 'the request fails with 404, and nothing is shown' },
};
export const lookalike = [];

export async function act(person) {
  const errors = [];
  person.page.on('pageerror', (error) => errors.push(error));
  await person.read();
  await person.episode('promise', () => person.click('#pdf'), { settle: 3000 });
  if (errors.length !== 1) throw new Error('the promise was not rejected');
  await person.read(900);
  await person.episode('request', () => person.click('#csv'), { settle: 3000 });
}
