export const why = 'The trailer never gets beyond its turning wheel, and the person leaves.';
export const episodes = {
  wheel: { expect: ['video_struggle'], why: 'play is clicked, the film only loads for six seconds, and the page is left because of it' },
};
export const lookalike = ['dead_click'];

export async function act(person) {
  await person.read(900);
  await person.episode('wheel', async () => {
    await person.click('#play');
    await person.wait(6000);
    const started = await person.page.evaluate(() => document.querySelector('#film').currentTime > 0);
    if (started) throw new Error('the film must not start');
    await person.leave();
  });
}
