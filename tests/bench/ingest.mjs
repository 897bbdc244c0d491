// How fast batches become durable: our collector, beside an nginx that answers 204 (the floor of this machine), a
// minimal server that commits to PostgreSQL before it answers, and walkerOS behind a plain server. wrk makes the load,
// on the same cores.
//
//   node tests/bench/ingest.mjs --profile release --rounds 3 --seconds 10 --connections 1,8,64 --minutes 10
//
// `cargo xtask bench ingest` runs it. Prints {"runs":[…],"drained":…,"memory":…} as one line of JSON. Fails where an
// answer was wrong, or where a batch was answered by the collector and is not in its log once.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { check } from '../browser/check.mjs';
import { collector, folder as folderOf, nginx, postgres, serve, walkeros } from './collectors.mjs';
import { progress, run } from './run.mjs';
import { stub } from './stub.mjs';
import { load, OVERTIME_MS } from './wrk.mjs';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'release' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '1,8,64' },
    minutes: { type: 'string', default: '0' },
  },
});
const ROUNDS = Number(values.rounds);
const SECONDS = Number(values.seconds);
const MINUTES = Number(values.minutes);
const CONNECTIONS = values.connections.split(',').map(Number);
/** Events of a batch: a busy page's, and a single click's. */
const SIZES = [32, 1];
const TARGETS = [collector, nginx, postgres, walkeros];
/** Starts, reading a log back. */
const AROUND_MS = 60_000;
const LIMIT_MS = ROUNDS * CONNECTIONS.length * SIZES.length * TARGETS.length * (SECONDS * 1000 + OVERTIME_MS + AROUND_MS) + MINUTES * 60_000 + 6 * AROUND_MS;
const MEMORY_EVERY_MS = 5_000;

/** One round of one target, started for it, so that each has an empty disk of its own. */
async function round(target, shape, folder) {
  const started = await target.start(values.profile);
  let report;
  let seen;
  try {
    report = await load(started.url, { ...shape, seconds: SECONDS, remember: target.reads }, folder);
  } finally {
    seen = await started.stop();
  }
  const done = report.statuses[started.good] ?? 0;
  const all = Object.values(report.statuses).reduce((sum, count) => sum + count, 0);
  check(done > 0, `${target.label} answered nothing with ${started.good}: ${JSON.stringify(report.statuses)}`);
  if (target.reads) {
    const answered = new Set(report.answered);
    check(answered.size === report.answered.length, `${target.label} answered a batch twice`);
    for (const id of answered) check(seen.get(id) === 1, `${id} was answered and is ${seen.get(id) ?? 0} times in the log`);
    // What wrk cut off at the end may be there beside it.
    check(seen.size - answered.size <= shape.connections + all - done, `${seen.size} batches in the log, ${answered.size} answered`);
  }
  return {
    per_s: done / (report.duration_us / 1e6),
    p50_ms: report.p50_us / 1000,
    p99_ms: report.p99_us / 1000,
    p999_ms: report.p999_us / 1000,
    refused: all - done,
    socket_errors: report.socket_errors,
    read_back: target.reads ? seen.size : null,
  };
}

/** Resident memory while the load goes on, in KiB: after the first minute, at the end, and the most in between. */
async function memory(folder) {
  const started = await collector.start(values.profile);
  const samples = [];
  try {
    const sample = setInterval(() => samples.push(started.residentKib()), MEMORY_EVERY_MS);
    const shape = { connections: 64, events: 32, seconds: MINUTES * 60, remember: false };
    const report = await load(started.url, shape, folder);
    clearInterval(sample);
    const settled = Math.min(Math.ceil(60_000 / MEMORY_EVERY_MS), samples.length - 1);
    return {
      minutes: MINUTES,
      batches: report.statuses[200] ?? 0,
      per_s: (report.statuses[200] ?? 0) / (report.duration_us / 1e6),
      refused: Object.entries(report.statuses).reduce((sum, [status, count]) => sum + (status === '200' ? 0 : count), 0),
      first_kib: samples[settled],
      last_kib: samples.at(-1),
      most_kib: Math.max(...samples.slice(settled)),
    };
  } finally {
    await started.stop(false);
  }
}

/** How fast a log that was filled before gets into a stream that takes everything. */
async function drain(folder) {
  const dir = folderOf('drain');
  const log = join(dir, 'log');
  try {
    const filled = await serve(values.profile, log);
    const shape = { connections: 64, events: 32, seconds: SECONDS, remember: false };
    await load(filled.url, shape, folder).finally(filled.stop);
    const target = await stub(values.profile, 0, 8 * 1024 ** 3);
    try {
      const stream = ['--stream-kind', 'kinesis', '--stream-name', target.name, '--stream-endpoint', target.url];
      const began = performance.now();
      const draining = await serve(values.profile, log, stream, target.credentials);
      try {
        const metric = (text, name) => Number(text.match(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'm'))[1]);
        let text;
        do {
          await new Promise((resolve) => setTimeout(resolve, 50));
          text = await (await fetch(`${draining.url}/metrics`)).text();
        } while (metric(text, 'unsnag_stream_lag_records') > 0);
        const seconds = (performance.now() - began) / 1000;
        const batches = metric(text, 'unsnag_stream_forwarded_total');
        progress(`${batches} batches of 32 events drained in ${seconds.toFixed(1)} s`);
        return { batches, seconds, events_per_s: (32 * batches) / seconds };
      } finally {
        await draining.stop();
      }
    } finally {
      await target.stop();
    }
  } finally {
    await rm(dir, { recursive: true });
  }
}

await run(LIMIT_MS, async (later) => {
  const folder = await mkdtemp(join(tmpdir(), 'unsnag-bench-'));
  later(() => rm(folder, { recursive: true }));
  const runs = [];
  for (const events of SIZES) {
    for (const connections of CONNECTIONS) {
      const rounds = Object.fromEntries(TARGETS.map((target) => [target.label, []]));
      for (let at = 0; at < ROUNDS; at += 1) {
        // Another one begins each time, so that none always has the quiet moment.
        const first = at % TARGETS.length;
        for (const target of [...TARGETS.slice(first), ...TARGETS.slice(0, first)]) {
          const measured = await round(target, { connections, events }, folder);
          rounds[target.label].push(measured);
          const { per_s, p99_ms } = measured;
          progress(`${events} events, ${connections} connections, ${target.label}: ${Math.round(per_s)} batches/s, p99 ${p99_ms} ms`);
        }
      }
      runs.push({ events, connections, rounds });
    }
  }
  return { runs, drained: await drain(folder), memory: MINUTES > 0 ? await memory(folder) : null };
});
