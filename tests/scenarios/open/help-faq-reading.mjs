export const why = 'The questions and answers of a museum are its ordinary content: a visitor opens those of interest while going down, and up once.';
export const episodes = {};
export const lookalike = ['help_seeking', 'scroll_hunt'];

export async function act(person) {
  await person.read(1200);
  await person.click('#faq');
  await person.read(800);
  for (const nth of [1, 3, 5]) {
    await person.click(`details:nth-of-type(${nth}) summary`);
    await person.read(1100);
  }
  await person.scroll(360, { every: 120 });
  await person.read(700);
  await person.click('details:nth-of-type(9) summary');
  await person.read(1000);
  await person.click('details:nth-of-type(9) summary');
  await person.scroll(360, { every: 120 });
  await person.read(900);
  await person.scroll(-900, { every: 60 });
  if ((await person.page.locator('details[open]').count()) !== 3) throw new Error('three answers must be open');
  await person.wait(2000);
}
