export const why = 'The postcode is refused three times by a red word; the help link tells the format, and the order goes through.';
export const episodes = {
  refused: { expect: ['form_struggle'], why: 'three submits, three refusals, with another guess at the format each time' },
  asked: { expect: ['help_seeking'], why: 'the person opens Help because no guess was right' },
};
export const lookalike = ['form_abandon'];

async function code(person, count, text) {
  await person.click('[name=code]');
  await person.erase(count, { gap: 45 });
  await person.type(text, { gap: 80 });
  await person.click('#go');
  await person.wait(1000);
}

export async function act(person) {
  await person.read();
  await person.type('Havnegade 4', { into: '[name=street]', gap: 60 });
  await person.type('Odense', { into: '[name=city]', gap: 60 });
  await person.episode('refused', async () => {
    await code(person, 0, '5000');
    await code(person, 4, '5000 C');
    await code(person, 6, 'DK 5000');
  });
  if ((await person.page.textContent('.note')) !== 'Not valid') throw new Error('the postcode must be refused');
  await person.episode('asked', () => person.click('#help'));
  await person.read();
  await code(person, 7, 'DK-5000');
  await person.page.waitForURL('**/*-done.html*');
  await person.wait(1200);
}
