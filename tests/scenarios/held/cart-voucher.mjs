export const why = 'The voucher button throws for guests and nothing is shown: the person tries it once, thinks, and then hammers it.';
export const episodes = {
  tried: { expect: ['error_click'], may: ['dead_click'], why: 'the handler throws, and on the page nothing comes of the click' },
  hammered: { expect: ['rage_click'], may: ['error_click', 'dead_click'], why: 'six fast clicks on the same broken button' },
};
export const lookalike = [];

export async function act(person) {
  let thrown = 0;
  person.page.on('pageerror', () => (thrown += 1));
  await person.read();
  await person.click('#more');
  await person.read(1500);
  await person.episode('tried', async () => {
    await person.click('#use');
    await person.wait(1800);
  });
  await person.read(1500);
  await person.episode('hammered', () => person.click('#use', { times: 6, gap: 140 }));
  if (thrown !== 7) throw new Error(`the handler threw ${thrown} times`);
  await person.read(600);
}
