export const why = 'Light is added and undone with quick clicks, a cloud rubbed in with the brush, the sun moved by a held key. Only removing the background takes 2.4 s without a word.';
export const episodes = {
  late: { expect: ['slow_click'], why: 'for 2.4 s nothing shows that the click was heard' },
};
export const lookalike = ['rage_click', 'cursor_thrash', 'keyboard_frustration'];

export async function act(person) {
  const { page } = person;
  await person.read();
  await person.click('#lighter', { times: 5, gap: 170 });
  await person.read(600);
  await person.click('#undo', { times: 3, gap: 150 });
  await person.wait(600);
  // A cloud, rubbed in to and fro.
  const { x, y } = await person.point('#board', { fx: 0.55, fy: 0.3 });
  await person.move({ x, y });
  await page.mouse.down();
  await person.path(Array.from({ length: 60 }, (_, step) => ({ x: x + 90 * Math.sin(step / 1.7), y: y + step * 1.2 })));
  await page.mouse.up();
  await person.read(700);
  await person.hold('ArrowRight', 1200);
  await person.read(500);
  const left = await page.evaluate(() => Number.parseInt(document.querySelector('#sun').style.left, 10));
  if (left < 160) throw new Error('the sun did not move');
  await person.episode('late', async () => {
    await person.click('#cut');
    await person.wait(3000);
    if ((await page.locator('.cut').count()) !== 1) throw new Error('the background is still there');
  });
  await person.drag(await person.point('#warm', { fx: 0.05 }), await person.point('#warm', { fx: 0.5 }));
  await person.read(900);
}
