// How soon the help is on the screen, decided by the running collector and not by a rule of the page: from the time
// stamp of the click that raised the signal to the first frame with the nudge in the viewport.
//
//   node tests/browser/nudge.mjs [--runs N]
//
// `cargo xtask bench nudge` runs it. Prints {"rows":[…]} as one line of JSON.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { check, script } from './chromium.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } });
const RUNS = Number(values.runs);
/** Every so many runs the renderer is not there yet: a browser context of its own, nothing cached. */
const COLD_EVERY = 3;
const BUDGET_MS = 50;
const CLICK_GAP_MS = 110;
/** A page is read before anybody is stuck on it; what it does at its start is not what is measured. */
const READ_MS = 500;
const NUDGE_LIMIT_MS = 5000;
const START_LIMIT_MS = 30_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Starts the demo on free ports; answers the shop's address and a function that stops it. */
async function demo() {
  const log = await mkdtemp(join(tmpdir(), 'unsnag-nudge-'));
  const free = '127.0.0.1:0';
  const args = ['demo', '--listen', free, '--shop-listen', free, '--log-dir', log];
  const child = spawn(join(root, 'target/debug/unsnag'), args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const limit = setTimeout(() => child.kill(), START_LIMIT_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const shop = line.match(/^shop\s+(\S+?)\/?$/)?.[1];
    if (!shop) continue;
    clearTimeout(limit);
    child.stdout.resume();
    return {
      shop,
      async stop() {
        child.kill();
        await ended;
        await rm(log, { recursive: true });
      },
    };
  }
  throw new Error('the collector ended before it listened');
}

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
    await page.goto(`${shop}/checkout`);
    await page.waitForSelector('[data-testid="guide"][data-sdk="ready"]');
    // The rules and the catalogue are there by the time anybody gets stuck.
    await page.waitForFunction(() => performance.getEntriesByType('resource').some((each) => each.name.includes('/v1/config')));
    if (!isCold) await page.evaluate(() => import('/unsnag/nudge.js'));
    const early = await page.evaluate(() => performance.getEntriesByType('resource').some((each) => each.name.includes('nudge.js')));
    check(early !== isCold, 'the renderer was there although the run is cold, or the other way round');
    const box = await page.getByTestId('place-order').boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.waitForTimeout(READ_MS);
    for (let click = 0; click < 3; click += 1) {
      await page.mouse.down();
      await page.waitForTimeout(20);
      await page.mouse.up();
      await page.waitForTimeout(click < 2 ? CLICK_GAP_MS - 20 : 0);
    }
    const shown = await page.waitForFunction(() => globalThis.shownAfter, null, { timeout: NUDGE_LIMIT_MS, polling: 50 });
    return await shown.jsonValue();
  } finally {
    await page.close();
  }
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

function rows(what, times, budget) {
  const sorted = [...times].sort((a, b) => a - b);
  const row = (name, share, limit) => ({
    what: `pointer event to nudge, ${what}, ${name} of ${sorted.length}`,
    unit: 'ms',
    ours: Math.round(percentile(sorted, share) * 10) / 10,
    budget: limit,
  });
  return sorted.length === 0 ? [] : [row('p50', 0.5, null), row('p95', 0.95, budget)];
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
