export const why = 'A child is enrolled in two steps that are drawn by script; the second ends with a place, then the list is opened.';
export const episodes = {};
export const lookalike = ['form_abandon'];

export async function act(person) {
  await person.read(800);
  await person.type('Ole', { into: '[name=child]', gap: 110 });
  await person.type('7', { into: '[name=age]' });
  await person.click('text=Next');
  await person.page.getByText('Step 2 of 2').waitFor();
  await person.read(600);
  await person.click('text=Tuesdays');
  await person.type('0170 55', { into: '[name=phone]', gap: 100 });
  await person.click('text=Enrol');
  await person.page.getByText('Ole has a place').waitFor();
  await person.read(1800);
  await person.click('nav a');
  await person.page.waitForURL('**/*-done-list.html');
  await person.read(1500);
}
