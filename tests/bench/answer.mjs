// How soon a gesture is answered through the Worker, in Chromium: from the time stamp of the click that makes a rage
// click of it to the arrival of the answer to the batch that carries the signal. Both times are the page's.
//
//   node tests/bench/answer.mjs --profile release --runs 60
//
// `cargo xtask bench edge` runs it. Prints {"answers":{CONDITION:{"p50_ms":…,"p95_ms":…,"runs":N,"others":N}}} as
// one line of JSON. Fails where an answer was wrong: 200 for all events while the stream answers, 503 with Retry-After without it.

import { parseArgs } from 'node:util';

import { check, launch } from '../browser/chromium.mjs';
import { percentile } from '../browser/numbers.mjs';
import { demo, openCheckout, rageClick } from '../browser/stuck.mjs';
import { progress, run } from './run.mjs';
import { stub } from './stub.mjs';
import { bindings, ours, serve } from './workers.mjs';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'release' },
    runs: { type: 'string', default: '60' },
  },
});
const RUNS = Number(values.runs);
const STREAM_LATENCY_MS = 40;
/** Far longer than anybody waits for an answer. */
const HANGING_MS = 10_000;
const ANSWER_LIMIT_MS = 10_000;
const LIMIT_MS = 120_000 + 3 * (RUNS + 1) * 15_000;
const VIEWPORT = { width: 1280, height: 800 };

/** In the page: notes when it was clicked, and every batch in the order in which they are sent. */
function watch() {
  const seen = { clicks: [], batches: [] };
  globalThis.seen = seen;
  addEventListener('click', (event) => event.isTrusted && seen.clicks.push(event.timeStamp), true);
  // What the SDK posts are bytes, and compressed where they are many: they are read where they are made.
  const { encode } = TextEncoder.prototype;
  TextEncoder.prototype.encode = function (text) {
    if (text?.includes('"batch_id"')) seen.batches.push(text);
    return encode.call(this, text);
  };
  // The SDK does not read what a refusal says, and of a response that nobody reads the browser tells no timing.
  const { fetch } = globalThis;
  globalThis.fetch = async (...args) => {
    const response = await fetch(...args);
    if (!response.ok) await response.clone().arrayBuffer();
    return response;
  };
}

/** In the page: the batch with the rage click once it has been answered, and nothing before. */
function answered() {
  const { clicks, batches } = globalThis.seen;
  const timings = performance.getEntriesByType('resource').filter((each) => each.name.includes('/v1/batch'));
  // Timings appear when a request is over, in the order in which the requests began.
  if (timings.length !== batches.length) return null;
  const carries = (batch) => batch.events.some((event) => event.type === 'signal' && event.data.kind === 'rage_click');
  const at = batches.findIndex((text) => carries(JSON.parse(text)));
  if (at < 0) return null;
  const gesture = clicks.at(-1);
  const batch = JSON.parse(batches[at]);
  return {
    at,
    batch: batch.batch_id,
    events: batch.events.length,
    clicks: clicks.length,
    sent: timings[at].startTime - gesture,
    ms: timings[at].responseEnd - gesture,
  };
}

/** One visitor gets stuck; answers how long the host took to answer, in ms, or nothing if that was not `expected`. */
async function once(browser, shop, expected) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  try {
    const page = await context.newPage();
    const requests = [];
    page.on('request', (request) => request.url().includes('/v1/batch') && requests.push(request));
    await page.addInitScript(watch);
    await openCheckout(page, shop);
    await rageClick(page);
    const wait = { timeout: ANSWER_LIMIT_MS, polling: 50 };
    const found = await (await page.waitForFunction(answered, null, wait)).jsonValue();
    // Sent after the last click: it is this one that raised the signal.
    check(found.clicks === 3 && found.sent >= 0, `the signal was not raised by the third click: ${JSON.stringify(found)}`);
    return (await expected(await requests[found.at].response(), found)) ? found.ms : null;
  } finally {
    await context.close();
  }
}

/** Whether the batch was taken. Where the machine was too slow for the stream's answer it was refused, and rightly. */
async function isStored(response, { batch, events }) {
  if (response.status() === 503) return false;
  const text = await response.text();
  check(response.status() === 200, `the answer is ${response.status()}: ${text}`);
  const { batch_id: answered, accepted, dropped } = JSON.parse(text);
  check(answered === batch && accepted === events && dropped.length === 0, `the answer to ${batch} is ${text}`);
  return true;
}

/** Whether the batch was refused so that the page keeps it; nothing else is right without a stream. */
async function isRefused(response) {
  const retryAfter = await response.headerValue('retry-after');
  check(response.status() === 503 && Number(retryAfter) > 0, `the answer is ${response.status()}, Retry-After ${retryAfter}`);
  return true;
}

async function condition(browser, shop, name, expected) {
  const times = [];
  // The first run is not counted: it also pays for what is used for the first time.
  for (let at = -1; at < RUNS; at += 1) {
    const ms = await once(browser, shop, expected);
    if (at >= 0) times.push(ms);
    if (at >= 0 && ((at + 1) % 20 === 0 || at + 1 === RUNS)) progress(`${name}: ${at + 1} of ${RUNS} runs`);
  }
  const taken = times.filter((ms) => ms !== null);
  check(taken.length > 0, `${name}: no answer was the expected one`);
  return { p50_ms: percentile(taken, 0.5), p95_ms: percentile(taken, 0.95), runs: taken.length, others: RUNS - taken.length };
}

await run(LIMIT_MS, async (later) => {
  const stream = await stub(values.profile, STREAM_LATENCY_MS);
  let streams = true;
  const stopStream = async () => {
    if (streams) await stream.stop();
    streams = false;
  };
  later(stopStream);
  const worker = await serve(await ours(), bindings(stream));
  later(worker.stop);
  const { shop, stop } = await demo({ url: worker.url, stream });
  later(stop);
  const browser = await launch();
  later(() => browser.close());

  const answers = {};
  answers.stream = await condition(browser, shop, 'stream', isStored);
  await stream.latency(HANGING_MS);
  answers.hanging = await condition(browser, shop, 'hanging', isRefused);
  await stopStream();
  answers.refused = await condition(browser, shop, 'refused', isRefused);
  return { stream_latency_ms: STREAM_LATENCY_MS, answers };
});
