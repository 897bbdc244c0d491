// Runs the scenario lab.
//
//   node tests/scenarios/run.mjs [--only WORD] [--sdk unsnag|none] [--parallel N] [--list] [--json] [--traces DIR]
//
// With --traces, each scenario's inputs are written to DIR/NAME.jsonl for `unsnag replay`, as far as its last page saw them.
// With --json it prints one line of JSON for the tests, else a table and every mistake.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from '../browser/chromium.mjs';
import { Person } from './lab/person.mjs';
import { counts, folder, KINDS, scenarios, SETS } from './lab/scenarios.mjs';
import { judge, raises, rates } from './lab/score.mjs';
import * as sdks from './lab/sdks.mjs';
import { site } from './lab/site.mjs';

const VIEWPORT = { width: 1280, height: 800 };
const PHONE = { width: 412, height: 800 };
/** What a page sends when it goes arrives within this time. */
const GOODBYE_MS = 400;
const LIMIT_MS = 120_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sdk: { type: 'string', default: 'unsnag' },
    parallel: { type: 'string', default: '12' },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    traces: { type: 'string' },
  },
});

/** One scenario in a context of its own; answers its windows, and what went wrong with the page or the script. */
async function play(browser, url, run, scenario, sdk) {
  const viewport = scenario.touch ? PHONE : VIEWPORT;
  const context = await browser.newContext({ viewport, hasTouch: scenario.touch, isMobile: scenario.touch, acceptDownloads: true });
  const windows = [];
  const page = await context.newPage();
  const limit = setTimeout(() => context.close(), LIMIT_MS);
  try {
    page.on('dialog', (dialog) => dialog.accept());
    await page.goto(`${url}/lab/${run}/${scenario.set}/${scenario.name}.html`);
    await page.waitForFunction(sdk.ready ?? 'window.unsnag.ready.then(() => true)');
    const person = new Person(page, (name, from, until) => windows.push({ name, from, until }), sdk.settle);
    if (values.traces) {
      await page.evaluate('window.unsnag.record().then((recording) => { window.recording = recording; })');
    }
    await scenario.act(person);
    if (values.traces) {
      const trace = await page.evaluate('window.recording?.stop()');
      await mkdir(values.traces, { recursive: true });
      await writeFile(join(values.traces, `${scenario.name}.jsonl`), trace ?? '');
    }
    // What was raised by leaving belongs to the episode that ended last, if that ended by leaving.
    await page.goto('about:blank');
    await page.waitForTimeout(GOODBYE_MS);
    for (const name of Object.keys(scenario.episodes)) {
      if (!windows.some((window) => window.name === name)) throw new Error(`${scenario.name} never came to its episode ${name}`);
    }
    return windows;
  } finally {
    clearTimeout(limit);
    await context.close();
  }
}

async function lab(all, sdk) {
  const batches = new Map();
  const server = await site(folder, sdk, (run, batch) => {
    // A batch may come twice: what waits for an answer when the page goes is sent once more.
    if (!batches.has(run)) batches.set(run, new Map());
    batches.get(run).set(batch.batch_id, batch);
  });
  const browser = await launch();
  const waiting = all.map((scenario, index) => ({ run: `r${index}`, scenario }));
  const results = [];
  const failed = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { run, scenario } = next;
      try {
        const windows = await play(browser, server.url, run, scenario, sdk);
        results.push({ scenario, windows, signals: sdk.signals([...(batches.get(run)?.values() ?? [])], run) });
      } catch (error) {
        failed.push(`${scenario.set}/${scenario.name}: ${error.message}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Number(values.parallel) }, work));
  } finally {
    await browser.close();
    await server.close();
  }
  return { results, failed };
}

/** Found, missed and wrong over all results, at the first raise or at the final grade. */
function verdicts(results, which, kinds) {
  const sum = { found: [], missed: [], wrong: [] };
  for (const { scenario, windows, signals } of results) {
    const judged = judge(scenario, windows, raises(signals)[which], kinds);
    for (const key of Object.keys(sum)) sum[key].push(...judged[key]);
  }
  return sum;
}

const part = (verdicts, test) => Object.fromEntries(Object.entries(verdicts).map(([key, list]) => [key, list.filter(test)]));

function table(rows) {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toFixed(Number.isInteger(cell) ? 0 : 3) : cell)));
  const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)));
  return text.map((row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ')).join('\n');
}

const all = await scenarios(values.only);
if (values.list && values.json) {
  console.log(JSON.stringify({ scenarios: all.length, counts: counts(all) }));
} else if (values.list) {
  console.log(`${all.length} scenarios`);
  console.log(table([['kind', 'episodes', 'look-alikes'], ...counts(all).map(({ kind, episodes, lookalikes }) => [kind, episodes, lookalikes])]));
} else {
  const sdk = sdks[values.sdk];
  const { results, failed } = await lab(all, sdk);
  const first = verdicts(results, 'first', sdk.kinds);
  const final = verdicts(results, 'final', sdk.kinds);
  const rows = { all: rates(final), 'at the first raise': rates(first) };
  for (const set of SETS) rows[set] = rates(part(final, (each) => each.set === set));
  for (const kind of KINDS) rows[kind] = rates(part(final, (each) => each.kind === kind));
  if (values.json) {
    console.log(JSON.stringify({ sdk: sdk.name, scenarios: all.length, counts: counts(all), rows, failed, missed: final.missed, wrong: final.wrong }));
  } else {
    if (values.only) {
      for (const { scenario, windows, signals } of results) {
        console.log(`\n${scenario.set}/${scenario.name}: ${scenario.why}`);
        const start = Math.min(...windows.map(({ from }) => from), ...signals.map(({ at }) => at));
        for (const { name, from, until } of windows) console.log(`  ${from - start} to ${until - start} ms: episode ${name}`);
        for (const { at, ...signal } of signals) console.log(`  ${at - start} ms: ${JSON.stringify(signal)}`);
      }
    }
    for (const { set, scenario, episode, kind } of final.missed) console.log(`missed: ${set}/${scenario}, ${episode}: ${kind}`);
    for (const { set, scenario, kind, grade, evidence } of first.wrong) {
      const later = final.wrong.some((each) => each.scenario === scenario && each.kind === kind) ? '' : ' (taken back)';
      console.log(`wrong: ${set}/${scenario}: ${kind} ${grade}${later} ${JSON.stringify(evidence)}`);
    }
    for (const each of failed) console.log(`failed: ${each}`);
    console.log();
    console.log(table([
      ['', 'found', 'missed', 'wrong', 'precision', 'recall', 'F1'],
      ...Object.entries(rows).map(([name, row]) => [name, row.found, row.missed, row.wrong, row.precision, row.recall, row.f1]),
    ]));
  }
  if (failed.length) process.exitCode = 1;
}
