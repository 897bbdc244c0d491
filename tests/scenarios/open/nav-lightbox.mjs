export const why = 'Pictures are opened large and closed with back, as the page means it; films preview under the pointer and start anew each time.';
export const episodes = {};
export const lookalike = ['quick_back', 'video_struggle'];

export async function act(person) {
  await person.read();
  for (const photo of ['crane', 'lighthouse', 'ferry']) {
    await person.click(`#${photo}`);
    await person.page.locator('.veil').waitFor();
    await person.read(900);
    await person.back();
    await person.read(400);
  }
  for (const film of ['tide', 'storm', 'tide']) {
    await person.move(`#${film}`);
    await person.wait(1000);
    if (!(await person.page.evaluate((id) => document.getElementById(id).currentTime > 0.2, film))) throw new Error('the film must play');
  }
  await person.move('h1');
  await person.wait(2000);
}
