export const why = 'Two lamps are compared: one is read to its end, at the other the colour is chosen and it is bought; each time back to the list.';
export const episodes = {};
export const lookalike = ['quick_back', 'scroll_hunt'];

export async function act(person) {
  await person.read(800);
  await person.click('#north');
  await person.page.waitForURL('**/*?lamp=north');
  await person.read(1500);
  await person.scroll(480, { every: 250 });
  await person.read(1200);
  await person.scroll(480, { every: 250 });
  await person.read(1500);
  await person.scroll(-960, { every: 60 });
  await person.read(800);
  await person.back();
  await person.read(800);
  await person.click('#south');
  await person.page.waitForURL('**/*?lamp=south');
  await person.read(600);
  await person.click('#white');
  await person.read(500);
  await person.click('#add');
  await person.read(700);
  await person.back();
  await person.page.getByText('In your basket: Lamp south').waitFor();
  await person.wait(2000);
}
