export const why = 'A link with href="#" whose script was forgotten: one click, then a hail of clicks. The question below it works.';
export const episodes = {
  once: { expect: ['dead_click'], why: 'the link shows no answer; only the address gets a #' },
  hammered: { expect: ['rage_click', 'dead_click'], why: 'five fast clicks on the same link, still no answer' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.episode('once', () => person.click('#delivery'), { settle: 3000 });
  await person.read(800);
  await person.episode('hammered', () => person.click('#delivery', { times: 5, gap: 140 }), { settle: 3000 });
  await person.read(800);
  await person.click('#later');
  await person.read(800);
}
