// Requests a second of three Workers under workerd, in one run: ours, an empty one, and one that only puts the batch
// into the stream with aws4fetch. The same stand-in for Kinesis is the target, at no latency; wrk makes the load.
//
//   node tests/bench/throughput.mjs --profile release --rounds 3 --seconds 10
//
// `cargo xtask bench edge` runs it. Prints {"connections":N,"workers":{NAME:[…]}} as one line of JSON. Fails where an
// answer was wrong: not 200 (or 204 of the empty Worker) nor 503, or 200 for a batch that is not in the stream once.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { check } from '../browser/check.mjs';
import { progress, run } from './run.mjs';
import { stub } from './stub.mjs';
import { bindings, empty, ours, putRecords, serve } from './workers.mjs';
import { load, OVERTIME_MS } from './wrk.mjs';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'release' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
  },
});
const ROUNDS = Number(values.rounds);
const SECONDS = Number(values.seconds);
const CONNECTIONS = 16;
/** Code is compiled for speed only once it has run for a while. */
const WARM_UP_SECONDS = Math.min(2, SECONDS);
/** Starts, warm-ups, rounds of three Workers, and reading back what each put into the stream. */
const LIMIT_MS = 120_000 + 3 * ROUNDS * (2 * SECONDS * 1000 + OVERTIME_MS);

/** What was answered with 200 is in the stream, once; at most what wrk cut off at the end is there beside it. */
async function checkStream(name, report, target) {
  const stored = new Map([...(await target.batches())].filter(([id]) => id.startsWith(report.prefix)));
  const answered = new Set(report.answered);
  check(answered.size === report.answered.length, `${name} answered a batch twice`);
  for (const id of answered) check(stored.get(id) === 1, `${name}: ${id} was answered and is ${stored.get(id) ?? 0} times in the stream`);
  const refused = report.statuses[503] ?? 0;
  check(stored.size - answered.size <= CONNECTIONS + refused, `${name}: ${stored.size} batches are in the stream, ${answered.size} were answered`);
  return stored.size;
}

/** One round of one Worker. */
async function round(name, { url, good }, target, folder) {
  await target.reset();
  const report = await load(url, { seconds: SECONDS, connections: CONNECTIONS }, folder);
  const { statuses } = report;
  const all = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const done = statuses[good] ?? 0;
  check(done > 0, `${name} answered nothing with ${good}: ${JSON.stringify(statuses)}`);
  const wrong = all - done - (good === 200 ? (statuses[503] ?? 0) : 0);
  check(wrong === 0, `${name} gave wrong answers: ${JSON.stringify(statuses)}`);
  const stored = good === 200 ? await checkStream(name, report, target) : 0;
  return {
    per_s: done / (report.duration_us / 1e6),
    p50_ms: report.p50_us / 1000,
    p99_ms: report.p99_us / 1000,
    answered: done,
    refused: all - done,
    socket_errors: report.socket_errors,
    stored,
  };
}

await run(LIMIT_MS, async (later) => {
  const folder = await mkdtemp(join(tmpdir(), 'unsnag-bench-'));
  later(() => rm(folder, { recursive: true }));
  const target = await stub(values.profile);
  later(target.stop);
  const workers = new Map();
  for (const [name, modules, good] of [
    ['unsnag', await ours(), 200],
    ['aws4fetch', await putRecords(), 200],
    ['empty', await empty(), 204],
  ]) {
    const { url, stop } = await serve(modules, bindings(target));
    later(stop);
    workers.set(name, { url, good, rounds: [] });
    await load(url, { seconds: WARM_UP_SECONDS, connections: CONNECTIONS }, folder);
  }
  const names = [...workers.keys()];
  for (let at = 0; at < ROUNDS; at += 1) {
    // Another one begins each time, so that none always has the quiet moment.
    const first = at % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const measured = await round(name, workers.get(name), target, folder);
      workers.get(name).rounds.push(measured);
      progress(`round ${at + 1} of ${ROUNDS}, ${name}: ${Math.round(measured.per_s)}/s`);
    }
  }
  const result = names.map((name) => [name, workers.get(name).rounds]);
  return { connections: CONNECTIONS, workers: Object.fromEntries(result) };
});
