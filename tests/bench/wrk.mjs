// wrk as the maker of load: batches with fresh ids, one after the other on each connection.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { check } from '../browser/check.mjs';
import { root } from '../browser/child.mjs';
import { batch, newId } from './batches.mjs';

/** wrk ends by itself after its seconds; if it does not, something is wrong with it. */
export const OVERTIME_MS = 15_000;

/** Loads an address; answers what wrk counted. `events` of each batch, `remember` which were answered; files in `folder`. */
export async function load(url, { seconds, connections, events, remember = true }, folder) {
  const report = join(folder, 'report.json');
  const body = join(folder, 'batch.json');
  const prefix = newId().slice(0, 10);
  await writeFile(body, batch('#'.repeat(22), '%'.repeat(22), events));
  await rm(report, { force: true });
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', join(root, 'tests/bench/batch.lua')];
  const env = { ...process.env, UNSNAG_BATCH: body, UNSNAG_PREFIX: prefix, UNSNAG_REPORT: report };
  if (!remember) env.UNSNAG_FORGET = '1';
  const wrk = spawn('wrk', [...options, url], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const limit = setTimeout(() => wrk.kill(), seconds * 1000 + OVERTIME_MS);
  const [status] = await once(wrk, 'exit');
  clearTimeout(limit);
  check(status === 0, `wrk failed (${status})`);
  return { ...JSON.parse(await readFile(report, 'utf8')), prefix };
}
