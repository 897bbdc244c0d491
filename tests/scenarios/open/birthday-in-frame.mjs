export const why =
  'A date of birth is refused as it is left, however it is written, in a form within a frame; after four ways the person goes away.';
export const episodes = {
  date: { expect: ['form_struggle'], why: 'the same field is emptied and filled four times and refused each time' },
  left: { expect: ['form_abandon'], may: ['form_struggle'], why: 'the begun form is left, since its date cannot be given' },
};
export const lookalike = [];

export async function act(person) {
  const inside = person.page.frameLocator('iframe');
  // The middle of a field within the frame, as the eye sees it.
  const middle = async (selector) => {
    const box = await inside.locator(selector).boundingBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  await person.read(500);
  await person.type('Aino', { into: await middle('#called'), gap: 80 });
  await person.episode('date', async () => {
    let old = 0;
    for (const date of ['4.7.1988', '04.07.1988', '1988-07-04', '7/4/88']) {
      await person.click(await middle('#born'));
      await person.erase(old, { gap: 40 });
      await person.type(date, { gap: 55 });
      old = date.length;
      await person.key('Tab');
      await inside.locator('#wrong:not(:empty)').waitFor();
      await person.wait(500);
    }
  });
  await person.episode('left', async () => {
    await person.click('nav a');
    await person.page.waitForURL('**/*-home.html');
    await person.read(1000);
  });
}
