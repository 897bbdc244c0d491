export const why = 'A review is written, its harsh end is deleted and worded more kindly, the stars are changed once, and it is published.';
export const episodes = {};
export const lookalike = ['form_struggle'];

export async function act(person) {
  await person.read(800);
  await person.click('[aria-label="2 stars"]');
  await person.type('Warm, but it sheds. A bad buy.', { into: 'textarea', gap: 50 });
  await person.read(1400);
  await person.erase(10, { gap: 45 });
  await person.type('Brush it well.', { gap: 80 });
  await person.read(1000);
  await person.click('[aria-label="4 stars"]');
  await person.read(600);
  await person.click('text=Publish');
  await person.page.getByText('Your review').waitFor();
  await person.read(2000);
}
