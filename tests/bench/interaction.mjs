// What SDKs cost a page's main thread: the same page alone and with each SDK, the same trusted inputs, in rounds of one run.
//
//   node tests/bench/interaction.mjs --sdks unsnag,listeners,datadog,posthog,amplitude --rounds 6
//
// `cargo xtask bench interaction` runs it. `listeners` is an SDK that hears all that ours does and does nothing: what no
// SDK that hears as much can be below. Prints {"inputs":{KIND:N},"pages":{SDK:{KIND:[[{"task":ms,"script":ms},…],…]}}} as
// one line of JSON: for each SDK and for `none`, for each round and each of its laps, what N inputs of the kind cost;
// `start` and `visit` are kinds too, of one lap. Fails where a page did not get its inputs or an SDK did not start.
//
// Time is what the page's thread itself computed (Chromium's TaskDuration in thread ticks): all of its tasks, so layout,
// garbage collection, timers and sending count, and what other processes do meanwhile does not. ScriptDuration is told
// beside it: it leaves out what scripts make the browser do, and is steadier, since it leaves out the page's frames too.
// Tracing would cost more than most of what it would measure.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { check, launch } from '../browser/chromium.mjs';
import { root } from '../browser/child.mjs';
import * as lab from '../scenarios/lab/sdks.mjs';
import { site } from '../scenarios/lab/site.mjs';
import { progress, run } from './run.mjs';

const { values } = parseArgs({
  options: {
    sdks: { type: 'string', default: 'unsnag,listeners,datadog,posthog,amplitude' },
    rounds: { type: 'string', default: '6' },
    laps: { type: 'string', default: '3' },
    /** The part of a lap's inputs that is made. */
    share: { type: 'string', default: '1' },
    /** After its inputs a kind's time goes on for so many ms: verdicts about clicks take 3 s. */
    quiet: { type: 'string', default: '3500' },
  },
});
const ALONE = 'none';
/** The events and mutations that ours listens to. */
const HEARD = [
  'pointermove', 'pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click', 'dblclick', 'contextmenu', 'keydown', 'input', 'change',
  'focusin', 'focusout', 'blur', 'selectionchange', 'scroll', 'submit', 'reset', 'invalid', 'toggle', 'copy', 'play', 'pause',
  'volumechange', 'timeupdate', 'error', 'load',
];
const sdks = {
  ...lab,
  listeners: {
    ...lab.none,
    head: () => `<script>
      let heard = 0;
      for (const name of ${JSON.stringify(HEARD)}) addEventListener(name, () => { heard += 1; }, { capture: true, passive: true });
      new MutationObserver((records) => { heard += records.length; })
        .observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    </script>`,
  },
};
const NAMES = [ALONE, ...values.sdks.split(',')];
const ROUNDS = Number(values.rounds);
/** A round's inputs are made in so many parts, so that a noisy moment is never one SDK's alone. */
const LAPS = Number(values.laps);
const SHARE = Number(values.share);
const QUIET_MS = Number(values.quiet);
/** What comes later than so long after the page was loaded is no longer its start. */
const START_MS = 1500;
const READY_LIMIT_MS = 10_000;
const LIMIT_MS = 60_000 + ROUNDS * NAMES.length * 60_000;
const VIEWPORT = { width: 1280, height: 800 };

/** About a frame. */
const MOVE_EVERY_MS = 16;
const CLICK_EVERY_MS = 150;
const CLICK_HELD_MS = 25;
const KEY_EVERY_MS = 60;
const WHEEL_EVERY_MS = 50;
const WHEEL_PX = 120;
const BURST_EVERY_MS = 100;
const SECOND_MS = 1000;
const TEXT = 'are beans hardy?';

/**
 * The kinds of input in the order of a lap, how many of each it has, and how they are made. What leaves most of the
 * processor free is made in all pages at the same time, once a round.
 */
const KINDS = {
  /** Along a curve over the whole page. */
  move: {
    count: 60,
    play: (page, count) => paced(count, MOVE_EVERY_MS, (at) => page.mouse.move(640 + 560 * Math.sin(at / 20), 350 + 300 * Math.cos(at / 27))),
  },
  /** Each on another button, with the one move to it. */
  click: {
    count: 7,
    async play(page, count) {
      const buttons = await page.locator('#goods button').evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect()).map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 })),
      );
      await paced(count, CLICK_EVERY_MS, (at) => page.mouse.click(buttons[at].x, buttons[at].y, { delay: CLICK_HELD_MS }));
    },
  },
  key: {
    count: TEXT.length,
    async play(page, count) {
      const note = page.locator('#note');
      await note.focus();
      await paced(count, KEY_EVERY_MS, (at) => page.keyboard.press(TEXT[at]));
      // A caret that blinks costs frames.
      await note.blur();
    },
  },
  /** Down, and up again. */
  scroll: {
    count: 8,
    play: (page, count) => paced(count, WHEEL_EVERY_MS, (at) => page.mouse.wheel(0, at < count / 2 ? WHEEL_PX : -WHEEL_PX)),
  },
  /** The page's own doing: 50 prices change at once. */
  mutation: {
    count: 7,
    play: (page, count) => page.evaluate(`bursts(${count}, ${BURST_EVERY_MS})`),
  },
  /** A second of playing, in which the player tells its time four times. */
  video: {
    count: 6,
    together: true,
    async play(page, count) {
      await page.evaluate('player.play()');
      await sleep(count * SECOND_MS);
      await page.evaluate('player.pause()');
    },
  },
};
const LAP = Object.entries(KINDS).filter(([, { together }]) => !together).map(([kind]) => kind);
const TOGETHER = Object.keys(KINDS).filter((kind) => KINDS[kind].together);
const INPUTS = Object.fromEntries(Object.entries(KINDS).map(([kind, { count }]) => [kind, Math.ceil(count * SHARE)]));

/** Does something so many times at a steady pace; what takes longer than its turn delays the rest. */
async function paced(times, everyMs, act) {
  for (let at = 0; at < times; at += 1) {
    const turn = sleep(everyMs);
    await act(at);
    await turn;
  }
}

/** A page with one of the SDKs or none, freshly opened. */
class Visit {
  /** Ends when the time after the newest inputs is over. */
  settled;

  static async open(browser, url, sdk) {
    const visit = new Visit();
    visit.context = await browser.newContext({ viewport: VIEWPORT });
    visit.page = await visit.context.newPage();
    visit.session = await visit.context.newCDPSession(visit.page);
    await visit.session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await visit.page.goto(`${url}/lab/r/pages/visit.html`);
    await sleep(START_MS);
    visit.start = await visit.spent();
    await visit.page.waitForFunction(sdk.ready, null, { timeout: READY_LIMIT_MS });
    return visit;
  }

  /** What its main thread has computed since it was opened, ms. */
  async spent() {
    const { metrics } = await this.session.send('Performance.getMetrics');
    const ms = (wanted) => metrics.find(({ name }) => name === wanted).value * 1000;
    return { task: ms('TaskDuration'), script: ms('ScriptDuration') };
  }

  async since(before) {
    const { task, script } = await this.spent();
    return { task: task - before.task, script: script - before.script };
  }

  /** Makes the inputs of a lap, so that nothing is done for the first time any more. */
  async warmUp() {
    for (const [kind, count] of Object.entries(INPUTS)) await KINDS[kind].play(this.page, count);
    await sleep(QUIET_MS);
    this.begun = await this.spent();
  }

  /** Makes the inputs of a kind; `note` is told later what they cost, with what is done only afterwards. */
  async play(kind, note) {
    await this.settled;
    const before = await this.spent();
    await KINDS[kind].play(this.page, INPUTS[kind]);
    this.settled = sleep(QUIET_MS).then(async () => note(await this.since(before)));
  }

  /** What everything since the warm-up cost. */
  async end() {
    await this.settled;
    const spent = await this.since(this.begun);
    const seen = await this.page.evaluate('seen');
    for (const [kind, count] of Object.entries(INPUTS)) {
      const made = count * (1 + (KINDS[kind].together ? 1 : LAPS));
      check(seen[kind] >= made, `of ${made} inputs of the kind ${kind} the page saw ${seen[kind] ?? 'none'}`);
    }
    return spent;
  }
}

/** All pages once, from their start; what it cost by SDK and kind, lap by lap. */
async function round(browser, sites, names) {
  const spent = Object.fromEntries(names.map((name) => [name, {}]));
  const note = (name, kind, cost) => (spent[name][kind] ??= []).push(cost);
  const visits = new Map();
  const play = (name, kind) => visits.get(name).play(kind, (cost) => note(name, kind, cost));
  const together = (act) => Promise.all(names.map(act));
  try {
    for (const name of names) {
      const visit = await Visit.open(browser, sites.get(name), sdks[name]);
      visits.set(name, visit);
      note(name, 'start', visit.start);
    }
    await together((name) => visits.get(name).warmUp());
    for (let lap = 0; lap < LAPS; lap += 1) {
      for (const kind of LAP) for (const name of names) await play(name, kind);
    }
    for (const kind of TOGETHER) await together((name) => play(name, kind));
    await together(async (name) => note(name, 'visit', await visits.get(name).end()));
  } finally {
    for (const { context } of visits.values()) await context.close();
  }
  return spent;
}

await run(LIMIT_MS, async (later) => {
  const sites = new Map();
  for (const name of NAMES) {
    const { url, close } = await site(join(root, 'tests/bench'), sdks[name], () => {});
    later(close);
    sites.set(name, url);
  }
  const browser = await launch();
  later(() => browser.close());

  const pages = Object.fromEntries(NAMES.map((name) => [name, {}]));
  for (let at = 0; at < ROUNDS; at += 1) {
    // Another one begins each time, so that none always has the quiet moment.
    const first = at % NAMES.length;
    const measured = await round(browser, sites, [...NAMES.slice(first), ...NAMES.slice(0, first)]);
    for (const [name, kinds] of Object.entries(measured)) {
      for (const [kind, laps] of Object.entries(kinds)) (pages[name][kind] ??= []).push(laps);
    }
    progress(`round ${at + 1} of ${ROUNDS}: ${NAMES.map((name) => `${name} ${measured[name].visit[0].task.toFixed(0)} ms`).join(', ')}`);
  }
  return { inputs: { ...INPUTS, start: 1, visit: 1 }, pages };
});
