export const why = 'The lesson stops after a few seconds and loads and loads; the person waits for it, and then leaves.';
export const episodes = {
  stalled: { expect: ['video_struggle'], why: 'the video stalls for five seconds and is left because of that' },
};
export const lookalike = [];

export async function act(person) {
  const { page } = person;
  const film = () => page.evaluate(() => {
    const { currentTime, readyState } = document.querySelector('#lesson');
    return { currentTime, readyState };
  });
  await person.read(1000);
  await person.click('#play');
  await person.move('#stage');
  await person.wait(1800);
  if ((await film()).currentTime < 29) throw new Error('it does not play');
  await person.episode('stalled', async () => {
    await person.wait(4500);
    const before = await film();
    await person.wait(3000);
    if (before.readyState > 2 || (await film()).currentTime !== before.currentTime) throw new Error('it did not stall');
    await person.leave();
  });
}
