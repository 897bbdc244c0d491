// What Chromium fetches from `init` to the first signal: each response's path and the file its body is kept in, as JSON.
//
//   node tests/browser/size.mjs target/debug/unsnag sdk-wasm/dist FOLDER
//
// `cargo xtask bench size` runs it and weighs the bodies. The pages come from a running collector, as in the demo.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { check, launch, until } from './chromium.mjs';

const START_LIMIT_MS = 30_000;
const LIMIT_MS = 15_000;
const CLICKS = 5;
const CLICK_GAP_MS = 120;

/** What belongs to the page and the bench, not to the SDK. */
const NOT_OURS = new Set(['/', '/page.js', '/unsnag/demo.json']);

const [collector, dist, folder] = process.argv.slice(2);
if (!collector || !dist || !folder) {
  console.error('usage: node tests/browser/size.mjs COLLECTOR DIST FOLDER');
  process.exit(2);
}
/** Starts the demo on free ports and returns the address of its shop. */
async function start(log) {
  const page = join(dirname(fileURLToPath(import.meta.url)), 'size');
  const free = '127.0.0.1:0';
  const args = ['demo', '--listen', free, '--shop-listen', free, '--shop', page, '--sdk', dist, '--log-dir', log];
  const child = spawn(collector, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, UNSNAG_LOG: 'warn' } });
  const limit = setTimeout(() => child.kill(), START_LIMIT_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const shop = line.match(/^shop\s+(\S+)/);
    if (shop) {
      clearTimeout(limit);
      child.stdout.resume();
      return { child, shop: shop[1] };
    }
  }
  throw new Error('the collector ended before it listened');
}

async function measure(shop) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const fetched = [];
    const broken = [];
    page.on('response', (response) => fetched.push(response));
    page.on('pageerror', (error) => broken.push(error.message));
    await page.goto(shop);
    const mark = (name) => page.evaluate((key) => document.documentElement.dataset[key], name);
    const ready = () => {
      check(broken.length === 0, `the page threw: ${broken.join('; ')}`);
      return mark('ready');
    };
    await until('the SDK to be ready', ready, { timeout: LIMIT_MS });
    const button = page.locator('#dead');
    for (let click = 0; click < CLICKS; click += 1) {
      await button.click({ delay: 10 });
      await page.waitForTimeout(CLICK_GAP_MS);
    }
    await until('a signal', () => mark('signal'), { timeout: LIMIT_MS });
    // From here on nothing counts any more: the signal has been raised.
    const counted = fetched.slice();
    const responses = [];
    for (const response of counted) {
      const path = new URL(response.url()).pathname;
      if (!NOT_OURS.has(path)) {
        const body = join(folder, String(responses.length));
        await writeFile(body, await response.body());
        responses.push({ path, body });
      }
    }
    const paths = responses.map(({ path }) => path);
    check(paths.some((path) => path.endsWith('.wasm')), `no Wasm was fetched, only ${paths.join(', ')}`);
    return responses;
  } finally {
    await browser.close();
  }
}

const log = await mkdtemp(join(tmpdir(), 'unsnag-size-'));
let running;
try {
  running = await start(log);
  const responses = await measure(running.shop);
  console.log(JSON.stringify({ responses }));
} finally {
  if (running && running.child.exitCode === null) {
    running.child.kill('SIGTERM');
    await once(running.child, 'exit');
  }
  await rm(log, { recursive: true, force: true });
}
