export const why =
  'A password manager fills the address of a booking; its old phone number is refused once, corrected, and the room is booked.';
export const episodes = {};
export const lookalike = ['form_struggle', 'form_abandon'];

/** As password managers do: values set by a script, with the events that typing would have had. */
function autofill(values) {
  for (const [id, value] of Object.entries(values)) {
    const field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

export async function act(person) {
  await person.read(800);
  await person.click('#given');
  await person.wait(500);
  await person.page.evaluate(autofill, { given: 'Tove', family: 'Lind', post: 'tove@lind.example', phone: '5551234' });
  await person.read(900);
  await person.click('#book');
  await person.page.getByText('With the code of your country').waitFor();
  await person.read(1200);
  await person.click('#phone');
  await person.key('Home');
  await person.type('+47 ', { gap: 120 });
  await person.read(500);
  await person.click('#book');
  await person.page.getByText('Room 12 is yours').waitFor();
  await person.read(2000);
}
