export const why = 'A chat with one-letter messages: Enter follows on Enter, and each sends one.';
export const episodes = {};
export const lookalike = ['keyboard_frustration'];

export async function act(person) {
  await person.read();
  await person.click('#line');
  for (const text of ['yes', 'k', 'h', 'a', '!', 'ok']) {
    await person.type(text, { gap: 60 });
    await person.key('Enter');
    await person.wait(70);
  }
  await person.wait(2500);
  const talk = await person.page.evaluate(() => document.querySelectorAll('#talk li').length);
  if (talk !== 13) throw new Error(`${talk} lines`);
}
