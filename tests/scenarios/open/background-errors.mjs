export const why = 'An advert throws and a visit counter gets errors from its server, all the time and unseen; what is clicked works.';
export const episodes = {};
export const lookalike = ['error_click'];

export async function act(person) {
  await person.read(1000);
  await person.click('.tab:nth-of-type(2)');
  await person.read(1500);
  await person.click('.tab:nth-of-type(3)');
  await person.read(1500);
  await person.click('.tab:nth-of-type(1)');
  await person.wait(2500);
  const text = await person.page.evaluate(() => document.querySelector('#text').textContent);
  if (text !== 'Rain until noon.') throw new Error(text);
}
