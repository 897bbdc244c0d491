export const why = 'On a phone: the opening hours are promised and not there; then the long card is searched up and down for them, in vain.';
export const touch = true;
export const episodes = {
  not_there: { expect: ['quick_back'], why: 'the page for the hours says nothing, and is left at once' },
  hunt: { expect: ['scroll_hunt'], why: 'up and down over most of the page, five times, without finding' },
};
export const lookalike = [];

const LOW = { x: 200, y: 700 };
const HIGH = { x: 200, y: 150 };

async function swipes(person, count, down) {
  for (let swipe = 0; swipe < count; swipe += 1) {
    await person.swipe(down ? LOW : HIGH, { dy: down ? -520 : 520, steps: 7 });
    await person.wait(120);
  }
  await person.wait(200);
}

export async function act(person) {
  await person.read(1000);
  await person.episode('not_there', async () => {
    await person.tap('.place');
    await person.page.waitForURL('**/*-place.html');
    await person.read(1200);
    await person.back();
    await person.read(400);
  });
  await person.episode('hunt', async () => {
    let far = 0;
    for (const down of [true, false, true, false, true]) {
      await swipes(person, 3, down);
      const at = await person.page.evaluate(() => scrollY);
      if (Math.abs(at - far) < 1200) throw new Error(`a sweep must go far, it went from ${far} to ${at}`);
      far = at;
    }
  });
}
