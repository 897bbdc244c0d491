export const why = 'Card number and date are formatted while they are typed; one wrong digit is corrected, and the gift is paid.';
export const episodes = {};
export const lookalike = ['form_struggle'];

export async function act(person) {
  await person.read(700);
  await person.type('41111111111', { into: '#number', gap: 80 });
  await person.wait(500);
  await person.erase(1);
  await person.type('111111', { gap: 90 });
  await person.type('0931', { into: '#until', gap: 120 });
  await person.type('404', { into: '#check', gap: 120 });
  const shown = await person.page.inputValue('#number');
  if (shown !== '4111 1111 1111 1111') throw new Error(shown);
  await person.read(700);
  await person.click('text=Give 20.00');
  await person.page.waitForURL('**/*-thanks.html');
  await person.read(2000);
}
