export const why = 'Cards and a poster that look like links lead nowhere; before that the person selects text and looks over the cards.';
export const episodes = {
  card: { expect: ['dead_click'], why: 'a card with a hand cursor and a hover shadow, and no link behind it' },
  poster: { expect: ['dead_click'], why: 'a banner that invites to click, and nothing behind it' },
};
export const lookalike = ['rage_click', 'cursor_thrash'];

export async function act(person) {
  await person.read();
  await person.multiClick('#intro', 3, { fx: 0.2 });
  await person.read(500);
  // Looks over the cards twice, as one does before choosing.
  for (const card of ['#desk', '#floor', '#wall', '#floor', '#desk', '#wall']) await person.move(card);
  await person.read(400);
  await person.episode('card', () => person.click('#floor'), { settle: 3000 });
  await person.read(900);
  await person.episode('poster', () => person.click('#poster'), { settle: 3000 });
}
