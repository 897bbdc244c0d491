export const why = 'Four quick clicks on a stepper that each add a passenger, a search that answers in 0.8 s beside a ticker, quick paging: all goes well.';
export const episodes = {};
export const lookalike = ['rage_click', 'slow_click', 'error_click'];

export async function act(person) {
  await person.read();
  await person.type('Gra', { into: '#to', gap: 110 });
  await person.wait(500);
  await person.click('#places li');
  await person.read(400);
  await person.click('#more', { times: 4, gap: 180 });
  await person.wait(500);
  if ((await person.page.textContent('#passengers')) !== '5') throw new Error('the stepper did not count');
  await person.click('#find');
  await person.wait(1800);
  await person.click('#later', { times: 4, gap: 240 });
  await person.read(1500);
  if (!(await person.page.textContent('#trains')).includes('22:25')) throw new Error('no later trains');
}
