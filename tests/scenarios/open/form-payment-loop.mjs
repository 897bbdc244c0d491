export const why = 'Three times the payment is refused for a format that nobody tells; only the help tells it, and then it is paid.';
export const episodes = {
  loop: { expect: ['form_struggle'], why: 'submitted invalid three times, each time with marked fields and an alert' },
  asked: { expect: ['help_seeking'], why: 'after three refusals the person opens the help beside the button' },
};
export const lookalike = ['form_abandon'];

async function refill(person, field, count, text) {
  await person.click(field);
  await person.erase(count, { gap: 25 });
  await person.type(text, { gap: 40 });
}

export async function act(person) {
  await person.read();
  await person.type('M Lind', { into: '#holder', gap: 40 });
  await person.type('4111 1111 1111 1111', { into: '#number', gap: 40 });
  await person.type('09/31', { into: '#until', gap: 40 });
  await person.episode('loop', async () => {
    await person.click('#pay');
    await person.wait(900);
    await refill(person, '#until', 5, '09/2031');
    await person.click('#pay');
    await person.wait(900);
    await refill(person, '#number', 19, '4111111111111111');
    await person.click('#pay');
    await person.wait(1200);
  });
  if (!(await person.page.textContent('#alert'))) throw new Error('the form must still be refused');
  await person.episode('asked', () => person.click('#what'));
  await person.read(600);
  await refill(person, '#until', 7, '092031');
  await person.click('#pay');
  await person.page.getByText('Your payment has arrived').waitFor();
  await person.wait(1500);
}
