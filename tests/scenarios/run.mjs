// Runs the scenario lab.
//
//   node tests/scenarios/run.mjs [--only WORD,…] [--sdk unsnag|datadog|posthog|amplitude|none] [--parallel N] [--list] [--json]
//                                [--tolerate] [--traces DIR] [--hours N]
//
// With --traces, each scenario's inputs are written to DIR/NAME.jsonl for `unsnag replay`, as far as its last page saw them.
// With --json it prints one line of JSON for tests and benches, else a table and every mistake.
// A script that fails is played once more when all else is over, two at a time: a busy machine can break a person's pace.
// With --tolerate, scripts that fail then too are listed and are no reason to fail.
// With --hours, the scenarios without any episode are played over and over until their persons have been active for that
// long, all contexts together, and what was raised is counted.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from '../browser/chromium.mjs';
import { Person } from './lab/person.mjs';
import { counts, folder, KINDS, scenarios, SETS } from './lab/scenarios.mjs';
import { judge, raises, rates } from './lab/score.mjs';
import * as sdks from './lab/sdks.mjs';
import { site } from './lab/site.mjs';

/** Playwright switches off what people have: pages that come back from the browser's memory. */
const BFCACHE = { ignoreDefaultArgs: ['--disable-back-forward-cache'] };
const VIEWPORT = { width: 1280, height: 800 };
const PHONE = { width: 412, height: 800 };
/** What a page sends when it goes arrives within this time. */
const GOODBYE_MS = 400;
const LIMIT_MS = 120_000;
const CLOSE_MS = 10_000;
/** Contexts at once where failed scripts are played again. */
const CALM = 2;
const HOUR_MS = 3_600_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sdk: { type: 'string', default: 'unsnag' },
    parallel: { type: 'string', default: '12' },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    traces: { type: 'string' },
    tolerate: { type: 'boolean', default: false },
    hours: { type: 'string' },
  },
});

/** One scenario in a context of its own; answers its windows, and how long its person was active, ms. */
async function play(browser, url, run, scenario, sdk) {
  const viewport = scenario.touch ? PHONE : VIEWPORT;
  const context = await browser.newContext({ viewport, hasTouch: scenario.touch, isMobile: scenario.touch, acceptDownloads: true });
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it takes longer than ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    const played = playIn(context, url, run, scenario, sdk);
    // Where the limit wins, nobody waits for how the rest ends.
    played.catch(() => {});
    return await Promise.race([played, limit]);
  } finally {
    clearTimeout(timer);
    // A browser that hangs in one page closes neither that nor its context; others go on.
    await Promise.race([context.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
  }
}

async function playIn(context, url, run, scenario, sdk) {
  const windows = [];
  const page = await context.newPage();
  page.on('dialog', (dialog) => dialog.accept());
  const beyond = [];
  context.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(`${url}/`)) beyond.push(request.url());
  });
  await page.addInitScript("addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted; })");
  await page.goto(`${url}/lab/${run}/${scenario.set}/${scenario.name}.html`);
  await page.waitForFunction(sdk.ready);
  const person = new Person(page, (name, from, until) => windows.push({ name, from, until }), sdk.settle);
  if (values.traces) {
    await page.evaluate('window.unsnag.record().then((recording) => { window.recording = recording; })');
  }
  const begun = Date.now();
  await scenario.act(person);
  const active = Date.now() - begun;
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
  if (beyond.length) throw new Error(`something in the page asked for ${beyond[0]}`);
  return { windows, active };
}

/** Plays what `next(active)` answers until that is nothing; `active` is how long persons have been active so far, ms. */
async function lab(next, sdk) {
  const batches = new Map();
  const server = await site(folder, sdk, (run, batch) => {
    // A batch may come twice: what waits for an answer when the page goes is sent once more.
    if (!batches.has(run)) batches.set(run, new Map());
    batches.get(run).set(batch.batch_id, batch);
  });
  const browser = await launch();
  let remembering;
  const results = [];
  let runs = 0;
  let active = 0;
  const work = async (waiting, fail) => {
    for (let scenario = waiting(active); scenario; scenario = waiting(active)) {
      const run = `r${runs}`;
      runs += 1;
      try {
        const played = await play(scenario.bfcache ? await (remembering ??= launch(BFCACHE)) : browser, server.url, run, scenario, sdk);
        active += played.active;
        results.push({ scenario, windows: played.windows, signals: sdk.signals([...(batches.get(run)?.values() ?? [])], run) });
      } catch (error) {
        fail(scenario, error);
      }
      batches.delete(run);
    }
  };
  const side = (count, waiting, fail) => Promise.all(Array.from({ length: count }, () => work(waiting, fail)));
  const again = new Set();
  const failed = [];
  try {
    await side(Number(values.parallel), next, (scenario, error) => {
      again.add(scenario);
      console.error(`${scenario.set}/${scenario.name} is played again at the end: ${error.message}`);
    });
    const once = again.values();
    await side(CALM, () => once.next().value, (scenario, error) => {
      failed.push(`${scenario.set}/${scenario.name}: ${error.message}`);
      console.error(`${failed.at(-1)}, twice`);
    });
  } finally {
    await browser.close();
    await (await remembering)?.close();
    await server.close();
  }
  return { results, failed, active };
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

/** What is found, missed and wrong, once at the first raise and once at the final grade, for each set and kind. */
function cells(verdicts) {
  const count = (list, set, kind) => list.filter((each) => each.set === set && each.kind === kind).length;
  return SETS.flatMap((set) =>
    KINDS.map((kind) => ({
      set, kind, found: count(verdicts.found, set, kind), missed: count(verdicts.missed, set, kind), wrong: count(verdicts.wrong, set, kind),
    })),
  );
}

function failOn(failed) {
  if (failed.length && !values.tolerate) process.exitCode = 1;
}

/** All scenarios once: how well the SDK knows frustration from use. */
async function judgeAll(all, sdk) {
  const waiting = [...all];
  const { results, failed } = await lab(() => waiting.shift(), sdk);
  const first = verdicts(results, 'first', sdk.kinds);
  const final = verdicts(results, 'final', sdk.kinds);
  failOn(failed);
  const rows = { all: rates(final), 'at the first raise': rates(first) };
  for (const set of SETS) rows[set] = rates(part(final, (each) => each.set === set));
  for (const kind of KINDS) rows[kind] = rates(part(final, (each) => each.kind === kind));
  if (values.json) {
    const { missed, wrong } = final;
    const { name, kinds } = sdk;
    console.log(JSON.stringify({
      sdk: name, kinds: kinds ?? KINDS, scenarios: all.length, counts: counts(all), rows, first: cells(first), final: cells(final), failed, missed, wrong,
    }));
    return;
  }
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

/** Hours of use without any frustration: whatever is raised is a false alarm. */
async function falseAlarms(all, sdk) {
  const benign = all.filter(({ episodes }) => !Object.keys(episodes).length);
  let turn = 0;
  const next = (active) => {
    if (active >= Number(values.hours) * HOUR_MS) return undefined;
    turn += 1;
    return benign[(turn - 1) % benign.length];
  };
  const { results, failed, active } = await lab(next, sdk);
  failOn(failed);
  const alarms = { first: verdicts(results, 'first', sdk.kinds).wrong, final: verdicts(results, 'final', sdk.kinds).wrong };
  const hours = active / HOUR_MS;
  if (values.json) {
    const kinds = Object.fromEntries(KINDS.map((kind) => [kind, alarms.final.filter((each) => each.kind === kind).length]));
    const { first, final } = alarms;
    console.log(JSON.stringify({ sdk: sdk.name, scenarios: benign.length, plays: results.length, hours, first: first.length, final: final.length, kinds, failed }));
    return;
  }
  const of = new Map();
  for (const { set, scenario, kind } of alarms.final) {
    const name = `${set}/${scenario}: ${kind}`;
    of.set(name, (of.get(name) ?? 0) + 1);
  }
  for (const each of failed) console.log(`failed: ${each}`);
  console.log(table([['false alarms', 'times'], ...of]));
  console.log(`\n${benign.length} scenarios, ${results.length} plays, ${hours.toFixed(2)} h active`);
  console.log(`at the first raise ${alarms.first.length}, ${(alarms.first.length / hours).toFixed(2)} an hour`);
  console.log(`at the final grade ${alarms.final.length}, ${(alarms.final.length / hours).toFixed(2)} an hour`);
}

const all = await scenarios(values.only);
const sdk = sdks[values.sdk];
if (values.list && values.json) {
  console.log(JSON.stringify({ scenarios: all.length, counts: counts(all) }));
} else if (values.list) {
  console.log(`${all.length} scenarios`);
  console.log(table([['kind', 'episodes', 'look-alikes'], ...counts(all).map(({ kind, episodes, lookalikes }) => [kind, episodes, lookalikes])]));
} else if (values.hours) {
  await falseAlarms(all, sdk);
} else {
  await judgeAll(all, sdk);
}
