// Help that is decided later: pushed for a session at risk, it comes by the live channel; where none can be opened, with
// the answer to the next batch.
//
//   node tests/browser/later.mjs SHOP_URL HOST_URL KEY_ID SECRET
//
// The host's pages have a catalogue and no rules, so that all help here was pushed. Prints what was seen as one line of JSON.

import { createHash, createHmac } from 'node:crypto';

import { check, script, until } from './chromium.mjs';

const [shop, host, keyId, secret] = process.argv.slice(2);
if (!secret) {
  process.stderr.write('usage: node tests/browser/later.mjs SHOP_URL HOST_URL KEY_ID SECRET\n');
  process.exit(2);
}
const PATH = '/v1/interventions';
const RAGE_CLICKS = 4;
const RAGE_GAP_MS = 120;
const LIVES_MS = 60_000;
/** A pushed nudge is on screen within this time of the push; more would be no help for somebody who is about to leave. */
const SOON_MS = 2000;

/** Pushes as the analysis side does: signed over method, path, time, key and the body's hash. */
async function push(session, id) {
  const body = JSON.stringify({
    v: 1, key: 'demo', session,
    intervention: { id, entry: 'offer-help', kind: 'nudge', priority: 'high', expires_at: Date.now() + LIVES_MS, decision: `d-${id}` },
    decision: { id: `d-${id}`, reasons: ['the analysis says so'] },
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hash = createHash('sha256').update(body).digest('hex');
  const signature = createHmac('sha256', Buffer.from(secret, 'hex')).update(['POST', PATH, timestamp, keyId, hash].join('\n')).digest('hex');
  const response = await fetch(host + PATH, {
    method: 'POST', body,
    headers: { 'content-type': 'application/json', 'unsnag-key-id': keyId, 'unsnag-timestamp': timestamp, 'unsnag-signature': signature },
  });
  check(response.status === 200, `the push got ${response.status} ${await response.text()}`);
}

/** A visitor who clicks in rage in the checkout; answers and channels are written down. */
async function stuck(browser, prepare = async () => {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const seen = { session: '', answers: [], channels: [], errors: [] };
  page.on('request', (request) => {
    if (request.url().includes('/v1/batch')) seen.session ||= JSON.parse(request.postData() ?? '{}').session ?? '';
  });
  page.on('response', async (response) => {
    if (response.url().includes('/v1/batch')) seen.answers.push(await response.json().catch(() => null));
  });
  page.on('websocket', (socket) => {
    const channel = { received: 0, acknowledged: [] };
    socket.on('framereceived', () => (channel.received += 1));
    socket.on('framesent', ({ payload }) => channel.acknowledged.push(...JSON.parse(payload).ack));
    seen.channels.push(channel);
  });
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  await prepare(page);
  await page.goto(`${shop}/product/101`);
  await page.getByTestId('add-to-basket').click();
  await page.goto(`${shop}/checkout`);
  await page.waitForSelector('[data-testid="guide"][data-sdk="ready"]');
  await rage(page);
  await until('an answer with a token', () => seen.answers.find((each) => each?.live));
  return { context, page, seen };
}

async function rage(page) {
  const box = await page.getByTestId('place-order').boundingBox();
  for (let i = 0; i < RAGE_CLICKS; i += 1) {
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { delay: 20 });
    await page.waitForTimeout(RAGE_GAP_MS - 20);
  }
}

const hasNudge = (page) => page.evaluate(() => (document.querySelector('unsnag-nudge')?.getBoundingClientRect().width ?? 0) > 0);

/** The channel is opened, brings what is pushed, and is closed with the page. */
async function byChannel(browser) {
  const { context, page, seen } = await stuck(browser);
  const channel = await until('a channel', () => seen.channels[0]);
  check(!(await hasNudge(page)), 'there is a nudge that nobody pushed');
  const pushed = Date.now();
  await push(seen.session, 'i-channel');
  await until('the nudge', () => hasNudge(page), { timeout: SOON_MS });
  const took = Date.now() - pushed;
  await until('the acknowledgement', () => channel.acknowledged.includes('i-channel'));
  // The same once more is no news.
  await push(seen.session, 'i-channel');
  check(channel.received === 1, `${channel.received} frames came`);
  // The page that goes takes its channel along.
  await page.goto('about:blank');
  await until('the channel closed', async () => (await (await fetch(`${host}/metrics`)).text()).includes('unsnag_live_channels 0\n'));
  await context.close();
  return { took, errors: seen.errors };
}

/** Where no channel can be opened, the next answer brings it. */
async function byAnswer(browser) {
  const { context, page, seen } = await stuck(browser, (each) => each.routeWebSocket(/\/v1\/live/, (socket) => socket.close()));
  await push(seen.session, 'i-answer');
  await rage(page);
  await until('the nudge', () => hasNudge(page));
  // What the page has read already may reach this script a moment later.
  await until('the answer that brought it', () =>
    seen.answers.some((each) => each?.interventions.some(({ id }) => id === 'i-answer')),
  );
  await page.goto('about:blank');
  await context.close();
}

await script(async (browser) => {
  const channel = await byChannel(browser);
  await byAnswer(browser);
  check(channel.errors.length === 0, `the console says ${JSON.stringify(channel.errors)}`);
  return { took: channel.took };
});
