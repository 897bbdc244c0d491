// A stuck visitor is helped: the demo shop in Chromium, from the first click to the outcome.
//
//   node tests/browser/e2e.mjs SHOP_URL HOST_URL
//
// Prints what was seen as one line of JSON; what the host kept is for whoever started it to read.

import { check, script, until } from './chromium.mjs';

const [shop, host] = process.argv.slice(2);
if (!shop || !host) {
  process.stderr.write('usage: node tests/browser/e2e.mjs SHOP_URL HOST_URL\n');
  process.exit(2);
}
const RAGE_CLICKS = 4;
const RAGE_GAP_MS = 120;
const STEPS = 12;
const STEP_GAP_MS = 110;
/** Longer than the detectors wait before they call a click dead. */
const SILENCE_MS = 2500;

/** A shop page with the SDK running; requests to the host and signals are written down. */
async function open(browser, path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const seen = { requests: [], answers: [], errors: [] };
  // From the browser itself: the driver's own list leaves preflights out.
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  network.on('Network.requestWillBeSent', ({ request, type }) => {
    if (request.url.startsWith(host)) seen.requests.push({ method: request.method, type });
  });
  page.on('response', async (response) => {
    if (!response.url().includes('/v1/batch')) return;
    // A page that goes takes the answer with it.
    seen.answers.push({ status: response.status(), body: await response.json().catch(() => null) });
  });
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  await page.addInitScript(() => {
    globalThis.noted = [];
    // The shop owns the SDK; what it hands on is read where the browser parses it.
    const parse = JSON.parse;
    JSON.parse = (text, ...rest) => {
      const value = parse(text, ...rest);
      if (value && value.signal && value.grade) globalThis.noted.push(value);
      return value;
    };
  });
  await page.goto(shop + path);
  await page.waitForSelector('[data-testid="guide"][data-sdk="ready"]');
  const signals = () => page.evaluate(() => globalThis.noted);
  return { context, page, seen, signals };
}

const counts = (signal) => !signal.suppressed_by && signal.grade !== 'retracted';

async function clickFast(page, testId, times, gap) {
  const box = await page.getByTestId(testId).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  for (let i = 0; i < times; i += 1) {
    await page.mouse.click(x, y, { delay: 20 });
    await page.waitForTimeout(gap - 20);
  }
}

const nudgeBox = (page) =>
  page.evaluate(() => {
    const box = document.querySelector('unsnag-nudge')?.getBoundingClientRect();
    return box && box.width > 0 && box.bottom <= innerHeight && box.right <= innerWidth ? box.toJSON() : null;
  });

/** A rage click in the checkout is helped, and the help is followed. */
async function stuck(browser) {
  const { context, page, seen, signals } = await open(browser, '/product/101');
  await page.getByTestId('add-to-basket').click();
  await page.goto(`${shop}/checkout`);
  await page.waitForSelector('[data-testid="guide"][data-sdk="ready"]');
  await clickFast(page, 'place-order', RAGE_CLICKS, RAGE_GAP_MS);
  const rage = await until('a rage click', async () =>
    (await signals()).find((signal) => signal.kind === 'rage_click' && counts(signal) && signal.grade !== 'suspected'));
  const answer = await until('an answer with help', () =>
    seen.answers.find((each) => each.status === 200 && each.body?.interventions.length > 0));
  check(answer.body.dropped.length === 0, `the host dropped events: ${JSON.stringify(answer.body.dropped)}`);
  const box = await until('the nudge in the viewport', () => nudgeBox(page));

  // The focus was not stolen, and the nudge can be reached and used by keyboard alone.
  const before = await page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.tagName);
  check(before === 'place-order', `the focus went to ${before}`);
  await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input')].filter((each) => each.checkVisibility());
    all.at(-1).focus();
  });
  await page.keyboard.press('Tab');
  const inside = await page.evaluate(() => document.activeElement?.localName);
  check(inside === 'unsnag-nudge', `Tab led to ${inside} and not into the nudge`);
  const answered = seen.answers.length;
  await page.keyboard.press('Enter');
  await until('the nudge gone', async () => (await nudgeBox(page)) === null);
  await until('the click on its way', () => seen.answers.length > answered);
  const hash = await page.evaluate(() => location.pathname + location.hash);
  check(hash === '/checkout#delivery', `the action led to ${hash}`);

  // On the tab's next page nobody is told the same again, and the way out that was shown counts as help.
  await page.reload();
  await page.waitForSelector('[data-testid="guide"][data-sdk="ready"]');
  const offered = () => seen.answers.filter((each) => each.body?.interventions.length > 0).length;
  const offeredBefore = offered();
  await clickFast(page, 'place-order', RAGE_CLICKS, RAGE_GAP_MS);
  await until('the host to offer it again', () => offered() > offeredBefore);
  await page.waitForTimeout(SILENCE_MS);
  check((await nudgeBox(page)) === null, 'the same help was shown twice in one session');
  await page.getByTestId('delivery-standard').click();
  await page.getByTestId('place-order').click();
  await page.getByTestId('order-number').waitFor();
  await page.goto(shop);
  await context.close();
  return {
    session: 'rage', rage: { grade: rage.grade, evidence: rage.evidence },
    intervention: answer.body.interventions[0], nudge: { width: box.width, height: box.height },
    requests: seen.requests, errors: seen.errors,
  };
}

/** A stepper is used as fast as anybody can, and nothing is said. */
async function stepper(browser) {
  const { context, page, seen, signals } = await open(browser, '/product/101');
  for (const testId of ['stepper-plus', 'stepper-minus']) {
    await clickFast(page, testId, STEPS / 2, STEP_GAP_MS);
  }
  await clickFast(page, 'stepper-plus', STEPS, STEP_GAP_MS);
  await page.waitForTimeout(SILENCE_MS);
  const newest = new Map((await signals()).map((signal) => [signal.signal, signal]));
  const raised = [...newest.values()].filter(counts);
  check(raised.length === 0, `the stepper raised ${JSON.stringify(raised)}`);
  await context.close();
  return { clicks: 2 * STEPS, raised: raised.length, requests: seen.requests, errors: seen.errors };
}

/** A button that does nothing is dead; one that throws is an error click. */
async function broken(browser) {
  const { context, page, seen, signals } = await open(browser, '/product/101');
  await page.getByTestId('gift-wrap').click();
  const dead = await until('a dead click', async () => (await signals()).find((each) => each.kind === 'dead_click' && counts(each)));
  await page.getByTestId('check-stock').click();
  const error = await until('an error click', async () => (await signals()).find((each) => each.kind === 'error_click' && counts(each)));
  check(error.evidence.cause === 'sync', `the error came by ${error.evidence.cause}`);
  check(error.grade === 'confirmed', `the error click is ${error.grade}`);
  await context.close();
  return { dead: dead.grade, error: error.grade, requests: seen.requests };
}

await script(async (browser) => {
  const rage = await stuck(browser);
  const steps = await stepper(browser);
  const faults = await broken(browser);
  const requests = [rage, steps, faults].flatMap((each) => each.requests);
  const preflights = requests.filter(({ method, type }) => method === 'OPTIONS' || type === 'Preflight').length;
  check(preflights === 0, `${preflights} preflights were sent`);
  check(rage.errors.length + steps.errors.length === 0, `the console says ${JSON.stringify([rage.errors, steps.errors])}`);
  return {
    preflights, requests: requests.length, rage: rage.rage, intervention: rage.intervention, nudge: rage.nudge,
    stepper: { clicks: steps.clicks, raised: steps.raised }, dead: faults.dead, error: faults.error,
  };
});
