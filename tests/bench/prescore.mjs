// What a score costs in workerd, and how long the first request of a fresh workerd takes.
//
//   node tests/bench/prescore.mjs --profile release --loops 21 --starts 20
//
// `cargo xtask bench prescore` runs it. Prints one line of JSON: the microseconds of one score, and for each kind of
// first request the medians in milliseconds of our Worker and of an empty one. Fails where an answer was wrong.

import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { check } from '../browser/check.mjs';
import { root } from '../browser/child.mjs';
import { median } from '../browser/numbers.mjs';
import { batch, EVENTS, HEADERS, newId, PATH } from './batches.mjs';
import { progress, run } from './run.mjs';
import { stub } from './stub.mjs';
import { bindings, empty, ours, probe, serve } from './workers.mjs';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'release' },
    build: { type: 'string', default: join(root, 'edge-worker/build') },
    glue: { type: 'string', default: join(root, 'target/xtask/worker/make_glue.mjs') },
    loops: { type: 'string', default: '21' },
    starts: { type: 'string', default: '20' },
  },
});
const LOOPS = Number(values.loops);
const STARTS = Number(values.starts);
/** As its manifest names it; where it cannot be loaded the rules score. */
const MODEL = 'prescore';
const SCORES = 10_000;
const WARM_UP_LOOPS = 3;
const REQUEST_LIMIT_MS = 30_000;
const LIMIT_MS = 120_000 + LOOPS * 5000 + STARTS * 60_000;

/** One request on a connection of its own; answers status, text and how long it took. */
async function ask(url, path, { body, headers } = {}) {
  const begun = performance.now();
  const request = http.request(url + path, { method: body ? 'POST' : 'GET', headers, agent: false });
  request.setTimeout(REQUEST_LIMIT_MS, () => request.destroy(new Error(`no answer to ${path}`)));
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  const ms = performance.now() - begun;
  return { ms, status: response.statusCode, text: Buffer.concat(chunks).toString() };
}

/** Microseconds of one score: many in one request, less a loop of the same shape that does not score. */
async function perScore() {
  const { url, stop } = await serve(await probe({ glue: values.glue, wasm: join(values.build, 'unsnag.wasm') }));
  try {
    const times = { 0: [], 1: [] };
    for (let at = -WARM_UP_LOOPS; at < LOOPS; at += 1) {
      for (const really of [0, 1]) {
        const { ms, status, text } = await ask(url, `/loop?n=${SCORES}&really=${really}`);
        const sum = Number(text);
        // No score is 0 or 1, so a sum between these is of as many scores.
        const right = really ? sum > 0 && sum < SCORES : sum === 0;
        check(status === 200 && right, `the loop answered ${status}: ${text}`);
        if (at >= 0) times[really].push(ms);
      }
    }
    const us = ((median(times[1]) - median(times[0])) * 1000) / SCORES;
    progress(`${SCORES} scores: ${median(times[1]).toFixed(1)} ms, the empty loop: ${median(times[0]).toFixed(1)} ms`);
    return us;
  } finally {
    await stop();
  }
}

/** A fresh workerd: how long until it listens, and how long its first request takes. */
async function fresh(modules, own, path, options) {
  const begun = performance.now();
  const { url, stop } = await serve(modules, own);
  const ready = performance.now() - begun;
  try {
    const answer = await ask(url, path, options);
    return { ...answer, ready };
  } finally {
    await stop();
  }
}

async function firstRequests(target) {
  const own = bindings(target);
  const workers = { ours: await ours(values.build), empty: await empty() };
  const times = { ready: { ours: [], empty: [] }, healthz: { ours: [], empty: [] }, batch: { ours: [], empty: [] } };
  let refused = 0;
  // The first start of all also pays for what this script needs.
  for (let at = -1; at < STARTS; at += 1) {
    for (const kind of ['healthz', 'batch']) {
      for (const who of at % 2 === 0 ? ['ours', 'empty'] : ['empty', 'ours']) {
        const id = newId();
        const options = kind === 'batch' ? { body: batch(id), headers: HEADERS } : {};
        const answer = await fresh(workers[who], own, kind === 'batch' ? PATH : '/healthz', options);
        if (who === 'empty') check(answer.status === 204, `the empty Worker answered ${answer.status}`);
        else if (!(await isRight(kind, answer, id, target))) refused += 1;
        if (at < 0) continue;
        times[kind][who].push(answer.ms);
        times.ready[who].push(answer.ready);
      }
    }
    if (at >= 0 && (at + 1) % 5 === 0) progress(`${at + 1} of ${STARTS} fresh starts of each kind`);
  }
  const medians = ({ ours: own, empty: other }) => ({ ours: median(own), empty: median(other) });
  return { refused, ...Object.fromEntries(Object.entries(times).map(([kind, both]) => [kind, medians(both)])) };
}

/** Whether the batch was taken. One that waited longer for the stream than a batch may is refused, and rightly. */
async function isRight(kind, { status, text }, id, target) {
  if (kind === 'batch' && status === 503) return false;
  check(status === 200, `${kind} answered ${status}: ${text}`);
  if (kind !== 'batch') return true;
  const { batch_id: answered, accepted, risk } = JSON.parse(text);
  check(answered === id && accepted === EVENTS, `the batch was answered with ${text}`);
  check(risk.model === MODEL && risk.score > 0 && risk.score < 1, `the risk is ${JSON.stringify(risk)}`);
  check((await target.batches()).get(id) === 1, `${id} was answered and is not in the stream once`);
  return true;
}

await run(LIMIT_MS, async (later) => {
  const target = await stub(values.profile);
  later(target.stop);
  const us = await perScore();
  return { per_score_us: us, scores: SCORES, starts: STARTS, first: await firstRequests(target) };
});
