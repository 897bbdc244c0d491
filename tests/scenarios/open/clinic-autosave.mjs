export const why =
  'A patient’s sheet has no button: each field saves itself when it is left, the page says so, and the nurse goes to the next one.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(900);
  await person.type('72', { into: '#pulse', gap: 120 });
  await person.type('37.1', { into: '#heat', gap: 110 });
  await person.type('Slept well', { into: '#remark', gap: 80 });
  await person.key('Tab');
  await person.page.waitForFunction("document.querySelector('#saved').textContent === 'All changes saved'");
  await person.read(1200);
  await person.click('#following');
  await person.page.waitForURL('**/*-next.html');
  await person.read(2000);
}
