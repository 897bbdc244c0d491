export const why = 'The voucher button throws at each click. Another button of the page works.';
export const episodes = {
  once: { expect: ['error_click'], may: ['dead_click'], why: 'the script breaks, and the sum stays as it is' },
  hammered: { expect: ['error_click', 'rage_click'], may: ['dead_click'], why: 'five fast clicks, each runs into the same error' },
};
export const lookalike = [];

export async function act(person) {
  const errors = [];
  person.page.on('pageerror', (error) => errors.push(error));
  await person.read();
  await person.click('#remove');
  await person.read();
  await person.episode('once', () => person.click('#voucher'), { settle: 3000 });
  await person.read(800);
  await person.episode('hammered', () => person.click('#voucher', { times: 5, gap: 160 }), { settle: 3000 });
  if (errors.length !== 6) throw new Error(`${errors.length} errors`);
}
