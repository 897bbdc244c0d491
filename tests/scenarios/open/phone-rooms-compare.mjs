export const why =
  'On a phone three rooms are compared: price and beds stand on one screen each, the arrow leads back, and the second one is booked.';
export const episodes = {};
export const lookalike = ['quick_back'];
export const touch = true;

async function look(person, room, ms) {
  await person.tap(`#${room}`);
  await person.page.waitForURL(`**/*room=${room}`);
  await person.read(ms);
}

async function back(person) {
  await person.tap('#arrow');
  await person.page.locator('#garden').waitFor();
  await person.read(600);
}

export async function act(person) {
  await person.read(900);
  await look(person, 'garden', 2100);
  await back(person);
  await look(person, 'attic', 2500);
  await back(person);
  await look(person, 'tower', 2000);
  await back(person);
  await look(person, 'attic', 900);
  await person.tap('#take');
  await person.page.getByText('The attic is yours').waitFor();
  await person.read(1300);
}
