export const why = 'Help means giving here; the chat that pops up is closed, the film is decoration, and the letter was filled in by the page itself.';
export const episodes = {};
export const lookalike = ['help_seeking', 'video_struggle', 'form_abandon'];

export async function act(person) {
  await person.read(2200);
  await person.click('#close');
  await person.read(900);
  await person.click('#help');
  await person.read(900);
  await person.click('#amounts button:nth-child(2)');
  await person.read(2500);
  if ((await person.page.inputValue('#mail')) === '') throw new Error('the page must fill in the letter');
  const looped = await person.page.evaluate(() => document.querySelector('video').played.length > 0);
  if (!looped) throw new Error('the film must play');
  await person.click('#support');
  await person.page.waitForURL('**/*-thanks.html');
  await person.wait(2000);
}
