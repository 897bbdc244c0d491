export const why = 'A dead button on a page with a ticker and a carousel: what moves there has nothing to do with the clicks.';
export const episodes = {
  once: { expect: ['dead_click'], why: 'nothing tells that the share is watched; only the ticker goes on' },
  hammered: { expect: ['rage_click', 'dead_click'], why: 'five fast clicks on the same button, nothing comes of them' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(900);
  await person.episode('once', () => person.click('#watch'), { settle: 3000 });
  await person.read(900);
  await person.episode('hammered', () => person.click('#watch', { times: 5, gap: 160 }), { settle: 3000 });
}
