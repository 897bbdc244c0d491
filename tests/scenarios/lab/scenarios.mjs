// The scenarios as they lie in the folders, each checked for what a label must have.

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where the pages are. */
export const folder = join(dirname(fileURLToPath(import.meta.url)), '..');
export const SETS = ['held', 'open'];
export const KINDS = [
  'rage_click', 'dead_click', 'slow_click', 'error_click', 'disabled_click', 'cursor_thrash', 'keyboard_frustration', 'dead_swipe',
  'quick_back', 'scroll_hunt', 'form_struggle', 'form_abandon', 'reload', 'help_seeking', 'video_struggle',
];

function check(name, { why, episodes, lookalike, act }) {
  const wrong = (what) => {
    throw new Error(`${name}: ${what}`);
  };
  if (typeof why !== 'string' || why.length < 20) wrong('`why` must say what a human would call it, and why');
  if (typeof act !== 'function') wrong('`act` must be the person');
  if (!Array.isArray(lookalike)) wrong('`lookalike` must be a list of kinds');
  if (!Object.keys(episodes).length && !lookalike.length) wrong('it provokes nothing: neither an episode nor a look-alike');
  const kinds = Object.values(episodes).flatMap(({ expect, may = [] }) => [...expect, ...may]);
  for (const kind of [...kinds, ...lookalike]) if (!KINDS.includes(kind)) wrong(`there is no kind ${kind}`);
  for (const [episode, { expect, why: reason }] of Object.entries(episodes)) {
    if (!expect.length || !reason) wrong(`the episode ${episode} must expect something and say why`);
    for (const kind of expect) if (lookalike.includes(kind)) wrong(`${kind} is expected: it cannot be a look-alike too`);
  }
}

/** All scenarios whose name contains one of the words of `only`, which commas separate. */
export async function scenarios(only = '') {
  const words = only.split(',');
  const found = [];
  for (const set of SETS) {
    for (const file of (await readdir(join(folder, set))).sort()) {
      const name = file.replace(/\.mjs$/, '');
      if (name === file || !words.some((word) => name.includes(word))) continue;
      const scenario = await import(pathToFileURL(join(folder, set, file)).href);
      check(name, scenario);
      found.push({ touch: false, bfcache: false, ...scenario, name, set });
    }
  }
  return found;
}

/** Episodes and look-alikes of each kind. */
export function counts(all) {
  return KINDS.map((kind) => ({
    kind,
    episodes: all.flatMap(({ episodes }) => Object.values(episodes)).filter(({ expect }) => expect.includes(kind)).length,
    lookalikes: all.filter(({ lookalike }) => lookalike.includes(kind)).length,
  }));
}
