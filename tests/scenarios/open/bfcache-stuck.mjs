export const why = 'Back on the list of flights, which the browser had kept, no flight can be chosen: the page still believes that it is left.';
export const episodes = {
  once: { expect: ['dead_click'], why: 'the other flight is chosen and nothing happens' },
  hammered: { expect: ['rage_click', 'dead_click'], why: 'five fast clicks, and nothing happens' },
};
export const lookalike = ['quick_back'];
export const bfcache = true;

export async function act(person) {
  await person.read(900);
  await person.click('#early');
  await person.page.waitForURL('**/*-seats.html');
  await person.read(6000);
  await person.restore();
  await person.read();
  await person.episode('once', () => person.click('#late'));
  await person.read(600);
  await person.episode('hammered', () => person.click('#late', { times: 5, gap: 160 }));
}
