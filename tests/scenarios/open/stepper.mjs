export const why = 'Six fast clicks on plus: each adds one to the count, which is what the person wants.';
export const episodes = {};
export const lookalike = ['rage_click'];

export async function act(person) {
  await person.read();
  await person.click('#more', { times: 6, gap: 130 });
  await person.read();
  await person.click('#less', { times: 4, gap: 160 });
  await person.wait(2000);
}
