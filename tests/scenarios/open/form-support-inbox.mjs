export const why = 'An agent does her work: opens help requests, answers with Enter, goes back with Done, and refreshes when the app asks for it.';
export const episodes = {};
export const lookalike = ['form_abandon', 'quick_back', 'help_seeking', 'reload', 'keyboard_frustration'];

export async function act(person) {
  const { page } = person;
  await person.read();
  await person.click('#help');
  await person.read(600);
  await person.click('#t1');
  await page.waitForURL('**/*-ticket.html?id=1');
  await person.read(900);
  await person.type('Hello, we look into it.', { into: '#answer', gap: 55 });
  await person.key('Enter');
  await person.wait(500);
  await person.type('It works again now.', { gap: 55 });
  await person.key('Enter');
  await person.wait(700);
  if ((await page.locator('li').count()) !== 3) throw new Error('two answers must be there');
  await person.click('#done');
  await page.waitForURL('**/form-support-inbox.html');
  await person.read(600);
  await person.click('#help');
  await person.read(500);
  await person.click('#t2');
  await page.waitForURL('**/*-ticket.html?id=2');
  await person.read(1100);
  await person.click('#done');
  await page.waitForURL('**/form-support-inbox.html');
  await page.locator('#banner').waitFor();
  await person.read(700);
  await person.click('#refresh');
  await person.wait(2000);
  if (await page.isVisible('#banner')) throw new Error('the banner must be gone');
}
