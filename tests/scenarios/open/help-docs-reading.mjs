export const why = 'Documentation read through its contents list: jumps between chapters, back to the one before, one page read and left for the first.';
export const episodes = {};
export const lookalike = ['quick_back', 'scroll_hunt', 'help_seeking'];

export async function act(person) {
  await person.read(800);
  for (const chapter of ['install', 'browsers', 'help-command']) {
    await person.click(`nav a[href="#${chapter}"]`);
    await person.read(1500);
  }
  await person.back();
  await person.read(1300);
  await person.click('#config');
  await person.page.waitForURL('**/*-config.html');
  await person.read(1500);
  await person.scroll(360, { over: { x: 300, y: 400 }, every: 200 });
  await person.read(1500);
  await person.scroll(240, { every: 200 });
  await person.read(2200);
  await person.back();
  await person.read(2000);
}
