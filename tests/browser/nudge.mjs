// How soon the help is on the screen, decided by the running collector and not by a rule of the page: from the time
// stamp of the click that raised the signal to the first frame with the nudge in the viewport.
//
//   node tests/browser/nudge.mjs [--runs N]
//
// `cargo xtask bench nudge` runs it. Prints {"rows":[…]} as one line of JSON.

import { parseArgs } from 'node:util';

import { check, script } from './chromium.mjs';
import { percentile } from './numbers.mjs';
import { demo, openCheckout, rageClick } from './stuck.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } });
const RUNS = Number(values.runs);
/** Every so many runs the renderer is not there yet: a browser context of its own, nothing cached. */
const COLD_EVERY = 3;
const BUDGET_MS = 50;
const NUDGE_LIMIT_MS = 5000;

/** In the page: notes the newest click, and the first frame that shows the nudge. */
function watch() {
  let clicked = 0;
  addEventListener('click', (event) => {
    if (!globalThis.shownAfter && event.isTrusted) clicked = event.timeStamp;
  }, true);
  const frame = () => {
    const box = document.querySelector('unsnag-nudge')?.getBoundingClientRect();
    if (box && box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth) {
      // This callback runs before the frame is made; the message arrives when it has been.
      const channel = new MessageChannel();
      const stamp = clicked;
      channel.port1.onmessage = () => {
        globalThis.shownAfter = performance.now() - stamp;
        channel.port1.close();
      };
      channel.port2.postMessage(0);
      return;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** One visitor gets stuck in the checkout; answers how long the help took, in ms. */
async function run(context, shop, isCold) {
  const page = await context.newPage();
  try {
    await page.addInitScript(watch);
    await openCheckout(page, shop);
    if (!isCold) await page.evaluate(() => import('/unsnag/nudge.js'));
    const early = await page.evaluate(() => performance.getEntriesByType('resource').some((each) => each.name.includes('nudge.js')));
    check(early !== isCold, 'the renderer was there although the run is cold, or the other way round');
    await rageClick(page);
    const shown = await page.waitForFunction(() => globalThis.shownAfter, null, { timeout: NUDGE_LIMIT_MS, polling: 50 });
    return await shown.jsonValue();
  } finally {
    await page.close();
  }
}

function rows(what, times, budget) {
  const row = (name, share, limit) => ({
    what: `pointer event to nudge, ${what}, ${name} of ${times.length}`,
    unit: 'ms',
    ours: Math.round(percentile(times, share) * 10) / 10,
    budget: limit,
  });
  return times.length === 0 ? [] : [row('p50', 0.5, null), row('p95', 0.95, budget)];
}

await script(async (browser) => {
  const { shop, stop } = await demo();
  const viewport = { width: 1280, height: 800 };
  const times = { warm: [], cold: [] };
  try {
    // The first run of all also pays for the browser's own start.
    const first = await browser.newContext({ viewport });
    await run(first, shop, true);
    await first.close();
    for (let i = 0; i < RUNS; i += 1) {
      const isCold = i % COLD_EVERY === 0;
      const context = await browser.newContext({ viewport });
      times[isCold ? 'cold' : 'warm'].push(await run(context, shop, isCold));
      await context.close();
      if ((i + 1) % 50 === 0) process.stderr.write(`  ${i + 1} of ${RUNS} runs\n`);
    }
  } finally {
    await stop();
  }
  return {
    rows: [
      ...rows('all runs', [...times.warm, ...times.cold], BUDGET_MS),
      ...rows('renderer there', times.warm, null),
      ...rows('renderer cold', times.cold, null),
    ],
  };
});
