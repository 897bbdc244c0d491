// A visitor who gets stuck in the demo shop's checkout: the demo, the page, and the clicks that nobody answers.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { root, start } from './child.mjs';

const CLICKS = 3;
const CLICK_GAP_MS = 110;
const CLICK_HELD_MS = 20;
/** A page is read before anybody is stuck on it; what it does at its start is not what is measured. */
const READ_MS = 500;

/**
 * Starts the demo on free ports; answers the shop's address and a function that stops it. With `edge`, the shop sends
 * to a Worker at `edge.url` that writes `edge.stream`, else to a collector with a log of its own.
 */
export async function demo(edge) {
  const folder = await mkdtemp(join(tmpdir(), 'unsnag-demo-'));
  const free = '127.0.0.1:0';
  const args = ['demo', '--listen', free, '--shop-listen', free];
  if (edge) args.push('--edge', edge.url, '--stream-endpoint', edge.stream.url, '--stream-name', edge.stream.name);
  else args.push('--log-dir', folder);
  const forget = () => rm(folder, { recursive: true, force: true });
  try {
    const program = join(root, 'target/debug/unsnag');
    const env = { UNSNAG_LOG: 'error', ...edge?.stream.credentials };
    const { said: shop, stop } = await start(program, args, /^shop\s+(\S+?)\/?$/, env);
    return { shop, stop: () => stop().finally(forget) };
  } catch (error) {
    await forget();
    throw error;
  }
}

/** Opens the checkout; the rules and the catalogue are there by the time anybody gets stuck. */
export async function openCheckout(page, shop) {
  await page.goto(`${shop}/checkout`);
  await page.waitForSelector('[data-testid="guide"][data-sdk="ready"]');
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((each) => each.name.includes('/v1/config')));
}

/** Clicks "Place order" so fast and so often that it is a rage click, and no more. */
export async function rageClick(page) {
  const box = await page.getByTestId('place-order').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(READ_MS);
  for (let click = 0; click < CLICKS; click += 1) {
    if (click > 0) await page.waitForTimeout(CLICK_GAP_MS - CLICK_HELD_MS);
    await page.mouse.down();
    await page.waitForTimeout(CLICK_HELD_MS);
    await page.mouse.up();
  }
}
