export const why = 'The browser itself refuses the document number again and again; the person gets through and leaves at the second of three steps.';
export const episodes = {
  bubbles: { expect: ['form_struggle'], why: 'four submits stopped by the browser, the wanted format is told nowhere' },
  left: { expect: ['form_abandon'], may: ['form_struggle'], why: 'the booking is left half-way with typed fields' },
};
export const lookalike = [];

export async function act(person) {
  await person.read();
  await person.type('Mara Lind', { into: '#name', gap: 55 });
  await person.episode('bubbles', async () => {
    await person.click('#next');
    await person.wait(800);
    let typed = 0;
    for (const tried of ['cd412873', 'CD4128735', 'CD 412873 5']) {
      await person.click('#document');
      await person.erase(typed, { gap: 20 });
      await person.type(tried, { gap: 45 });
      typed = tried.length;
      await person.click('#next');
      await person.wait(800);
    }
  });
  await person.click('#document');
  await person.erase(11, { gap: 20 });
  await person.type('CD412873-5', { gap: 45 });
  await person.click('#next');
  await person.page.locator('#contact').waitFor();
  await person.type('0170 55512', { into: '#phone', gap: 55 });
  await person.type('Quay Ro', { into: '#street', gap: 55 });
  await person.episode('left', async () => {
    await person.wait(600);
    await person.click('#home');
    await person.page.waitForURL('**/*-home.html');
  });
}
