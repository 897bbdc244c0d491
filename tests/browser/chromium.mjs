// The browser of all scripts here, started the same way.

import { chromium } from 'playwright-core';

export { check } from './check.mjs';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the Chromium that `UNSNAG_CHROMIUM` names; `options` are Playwright's. */
export function launch(options = {}) {
  const executablePath = process.env.UNSNAG_CHROMIUM;
  if (!executablePath) throw new Error('UNSNAG_CHROMIUM must name the browser');
  return chromium.launch({ executablePath, headless: true, args: ARGUMENTS, ...options });
}

/** Runs a script's body with a browser; prints its result as one line of JSON, or why it failed. */
export async function script(body, options) {
  const browser = await launch(options);
  try {
    process.stdout.write(`${JSON.stringify(await body(browser))}\n`);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** Waits until `test` answers something true; the message says what was waited for. */
export async function until(what, test, { timeout = 5000, every = 20 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await test();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
