export const why = 'An enquiry to a roofer is filled in almost to its end, then the site is left: it was never sent.';
export const episodes = {
  closed: { expect: ['form_abandon'], why: 'name, phone and the whole question are typed, and the page is closed without a click on Send' },
};
export const lookalike = [];

export async function act(person) {
  await person.read(800);
  await person.type('Per Lie', { into: '[aria-label=Name]', gap: 90 });
  await person.type('41 22 07', { into: '[aria-label=Phone]', gap: 90 });
  await person.type('Our roof leaks over the stairs when it storms', { into: '[role=textbox]', gap: 65 });
  await person.wait(1200);
  await person.move('#send');
  await person.wait(1400);
  await person.episode('closed', () => person.leave());
}
