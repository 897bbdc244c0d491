export const why = 'With the keyboard up and down a reference page without finding how to sign; the chapter that promises it is empty and left at once.';
export const episodes = {
  hunt: { expect: ['scroll_hunt'], why: 'pages down, pages up, to the end, to the start, down again: searching' },
  empty: { expect: ['quick_back'], why: 'an unwritten chapter, left by back after a second' },
};
export const lookalike = ['keyboard_frustration'];

export async function act(person) {
  await person.read(1000);
  await person.episode('hunt', async () => {
    const { page } = person;
    let far = 0;
    for (const [key, times] of [['PageDown', 4], ['PageUp', 3], ['End', 1], ['PageUp', 4], ['PageDown', 3], ['Home', 1], ['PageDown', 3]]) {
      await person.key(key, { times, gap: 260 });
      await person.wait(600);
      const at = await page.evaluate(() => scrollY);
      if (Math.abs(at - far) < 900) throw new Error(`${key} must go far, it went from ${far} to ${at}`);
      far = at;
    }
  });
  await person.key('Home');
  await person.read(1200);
  await person.episode('empty', async () => {
    await person.click('#hooks');
    await person.page.waitForURL('**/*-hooks.html');
    await person.read(1100);
    await person.back();
    await person.read(400);
  });
}
