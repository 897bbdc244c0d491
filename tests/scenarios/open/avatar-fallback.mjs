export const why = 'Grey faces at once, the team after two seconds; one photo is missing, and a letter stands in for it as it should.';
export const episodes = {};
export const lookalike = ['error_click', 'slow_click'];

export async function act(person) {
  await person.read();
  await person.click('#show');
  await person.wait(5000);
  const text = await person.page.evaluate(() => document.querySelectorAll('.face')[1].textContent);
  if (text !== 'B') throw new Error(`instead of the photo: ${text}`);
}
