// The dashboard on a screen, on a phone and in the dark: every section says something, nothing lies over anything or out
// of the window, every text can be read, and every control can be reached and used by keyboard.
//
//   node tests/browser/dashboard.mjs COLLECTOR_URL empty|full [FOLDER_FOR_PICTURES]
//
// Prints how much was looked at as one line of JSON.

import { check, script, until } from './chromium.mjs';
import { LEAST_CONTRAST, overlapping, pale, prepare, tooWide } from './readable.mjs';

const [collector, state, pictures] = process.argv.slice(2);
if (!['empty', 'full'].includes(state)) {
  process.stderr.write('usage: node tests/browser/dashboard.mjs COLLECTOR_URL empty|full [FOLDER_FOR_PICTURES]\n');
  process.exit(2);
}

/** The narrowest phone in use is 360 px wide. */
const SCREENS = {
  desktop: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  'phone-dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
};
/** What each section must show. An effect with its interval takes more visitors than a test sends. */
const CONTENT = {
  full: ['#totals dd', '#stuck li .what', '#stuck svg.plot', '#stuck table tbody tr', '#videos li .what', '#videos svg.reel',
    '#videos svg.tens', '#videos dl dd', '#sessions li .what', '#sessions .inside', '#sessions .viewer svg.hours, #sessions .viewer .said dd',
    '#help table tbody tr', '#health .card dd'],
  empty: ['#welcome h2', '#welcome pre', '#stuck .nothing', '#videos .nothing', '#sessions .nothing', '#help .nothing', '#health .card dd'],
};
/** More stops than a page of this size has. */
const MOST_STOPS = 400;

/** Opens it, and writes down whatever the browser complains of. */
async function open(browser, screen) {
  const context = await browser.newContext(SCREENS[screen]);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`against the content policy: ${violatedDirective} ${blockedURI}`));
  });
  await page.goto(`${collector}/?days=7`);
  await until('the first numbers', () => page.locator('#status[data-state="live"]').count());
  await page.evaluate(prepare);
  return { context, page, complaints };
}

/** A picture of it as operators see it, with one session opened: one whose visitor's best time to watch is known. */
async function picture(page, screen) {
  await page.evaluate(() => {
    const plot = document.querySelector('#sessions .rows > :nth-child(-n + 10) svg.hours') ?? document.querySelector('#sessions .viewer');
    plot.closest('li details:has(.inside)').open = true;
    scrollTo(0, 0);
  });
  await page.screenshot({ path: `${pictures}/${screen}.png`, fullPage: true });
  if (screen === 'desktop') await page.locator('#videos').screenshot({ path: `${pictures}/videos.png` });
}

/** Opens the rows and whatever is folded in them, of sessions the first and one whose visitor watches; shows all of what
    is cut. */
async function unfold(page) {
  await page.evaluate(() => {
    const watches = document.querySelector('#sessions .viewer')?.closest('details');
    const rows = [...document.querySelectorAll('.rows')].flatMap((list) => [...list.children].slice(0, list.closest('#sessions') ? 2 : Infinity));
    for (const details of rows.flatMap((row) => [...row.querySelectorAll('details')]).concat(watches ?? [])) details.open = true;
    for (const more of document.querySelectorAll('[data-do="more"]')) if (more.checkVisibility()) more.click();
  });
}

async function holds(screen, what, faults) {
  check(faults.length === 0, `${screen}: ${what}: ${faults.slice(0, 12).join('; ')}${faults.length > 12 ? ` and ${faults.length - 12} more` : ''}`);
}

/** All that can be seen without doing anything. */
async function look(page, screen) {
  await holds(screen, 'wider than the window', await page.evaluate(tooWide));
  await holds(screen, 'controls over each other', await page.evaluate(overlapping));
  const { texts, faults } = await page.evaluate(pale, LEAST_CONTRAST);
  await holds(screen, 'hard to read', faults);
  return texts;
}

async function isFull(page, screen) {
  for (const selector of CONTENT[state]) {
    const sizes = await page.evaluate((each) => [...document.querySelectorAll(each)]
      .map((element) => element.getBoundingClientRect()).filter(({ width, height }) => width > 0 && height > 0).length, selector);
    check(sizes > 0, `${screen}: nothing to see of ${selector}`);
  }
}

/** Goes through the page by the tab key alone; each stop must be seen, with a mark, clear of what stays on the screen. */
async function tabThrough(page, screen) {
  const wanted = await page.evaluate(() => {
    // The way begins above everything.
    document.activeElement?.blur();
    scrollTo(0, 0);
    globalThis.stops = globalThis.looking.controls();
    return globalThis.stops.map(globalThis.looking.name);
  });
  const reached = new Set();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    const { index, fault, isEnd } = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return { isEnd: true };
      const { name } = globalThis.looking;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const isMarked = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
      const isInside = right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
      const middle = [Math.min(innerWidth - 1, Math.max(0, (left + right) / 2)), Math.min(innerHeight - 1, Math.max(0, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2))];
      const there = document.elementFromPoint(...middle);
      const isClear = there && (element.contains(there) || there.contains(element));
      const fault = !isMarked ? 'has no mark' : !isInside ? 'is out of sight' : !isClear ? `is under ${there && name(there)}` : '';
      return { index: globalThis.stops.indexOf(element), fault: fault && `${name(element)} ${fault} when it has the focus` };
    });
    if (isEnd) break;
    check(!fault, `${screen}: ${fault}`);
    if (reached.has(index) && index >= 0) break;
    reached.add(index);
  }
  await holds(screen, 'not reached by the tab key', wanted.filter((_, index) => !reached.has(index)));
  return wanted.length;
}

/** What enter, space and arrows promise. */
async function press(page, screen) {
  const pressed = async (selector, key) => {
    await page.locator(selector).first().focus();
    await page.keyboard.press(key);
  };
  const first = (each) => page.evaluate((selector) => document.querySelector(selector)?.closest('details').open, each);
  for (const [section, key] of [['stuck', 'Enter'], ['videos', 'Space'], ['sessions', 'Enter']]) {
    const row = `#${section} .rows > li:nth-child(2) > details > summary, #${section} .rows > li > details > summary`;
    const before = await first(row);
    await pressed(row, key);
    check((await first(row)) === !before, `${screen}: ${key} does not fold ${row}`);
    await page.keyboard.press(key);
  }
  await pressed('[data-do="rank"][data-value="rate"]', 'Enter');
  const rank = page.locator('[data-do="rank"][data-value="rate"][aria-pressed="true"]');
  check((await rank.count()) === 1, `${screen}: Enter does not rank pages per view`);
  await pressed('[data-do="days"][data-value="30"]', 'Space');
  await until('the report of 30 days', () => page.locator('[data-do="days"][data-value="30"][aria-pressed="true"]').count());
  await until('its numbers', async () => (await page.locator('#main[aria-busy]').count()) === 0);
  const more = '#sessions [data-do="more"]';
  await pressed(more, 'Enter');
  check((await page.locator(`${more}[aria-expanded="true"]`).count()) === 1, `${screen}: Enter does not show all sessions`);
  // An arrow chooses the next page, and the list follows.
  const chosen = () => page.locator('#page').inputValue();
  await pressed('#page', 'ArrowDown');
  check((await chosen()) !== '', `${screen}: the arrow down does not choose a page`);
  check(new URL(page.url()).searchParams.get('page') === (await chosen()), `${screen}: the address does not keep the page`);
  await pressed('#page', 'ArrowUp');
  await pressed('.tabs [href="#videos"]', 'Enter');
  await until('the videos in view', () => page.evaluate(() => {
    const { top, bottom } = document.querySelector('#videos').getBoundingClientRect();
    return location.hash === '#videos' && top < innerHeight && bottom > 0;
  }));
}

await script(async (browser) => {
  const counts = { texts: 0, controls: 0 };
  for (const screen of Object.keys(SCREENS)) {
    const { context, page, complaints } = await open(browser, screen);
    await look(page, screen);
    counts.controls = Math.max(counts.controls, await tabThrough(page, screen));
    if (state === 'full') {
      await press(page, screen);
      await page.goto(`${collector}/?days=7`);
      await until('the numbers again', () => page.locator('#status[data-state="live"]').count());
      await page.evaluate(prepare);
    }
    if (pictures) await picture(page, screen);
    await unfold(page);
    await isFull(page, screen);
    counts.texts += await look(page, screen);
    check(complaints.length === 0, `${screen}: the browser complains: ${JSON.stringify(complaints)}`);
    await context.close();
  }
  return counts;
});
