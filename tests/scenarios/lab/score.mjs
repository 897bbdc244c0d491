// What was raised against what a human would say.

/** 95 % of a normal distribution lie within this many standard deviations. */
const Z = 1.96;
/** A verdict may be stamped this much before or after the episode it belongs to: two clocks, and a task that ran long. */
const SLACK_MS = 60;
const RAISED = ['likely', 'confirmed'];
/** What who does not have the finer kind can only call by the coarser: that is neither right nor wrong. */
const COARSER = { disabled_click: 'dead_click', slow_click: 'dead_click' };

/** Wilson's interval for `hits` of `all`. */
export function wilson(hits, all) {
  if (!all) return [0, 1];
  const rate = hits / all;
  const middle = rate + Z ** 2 / (2 * all);
  const half = Z * Math.sqrt((rate * (1 - rate)) / all + Z ** 2 / (4 * all ** 2));
  return [(middle - half) / (1 + Z ** 2 / all), (middle + half) / (1 + Z ** 2 / all)];
}

/**
 * The revisions that raise: of `first` all that reach `likely`, of `final` those of chains whose last word still does. A
 * chain is one alarm, at its first raise.
 */
export function raises(signals) {
  const chains = new Map();
  for (const signal of signals) {
    const chain = chains.get(signal.chain) ?? { all: [] };
    chain.last = signal;
    if (RAISED.includes(signal.grade)) chain.all.push(signal);
    chains.set(signal.chain, chain);
  }
  const raised = [...chains.values()].filter(({ all }) => all.length);
  return { first: raised.map(({ all }) => all), final: raised.filter(({ last }) => RAISED.includes(last.grade)).map(({ all }) => all) };
}

/**
 * One run: episodes × kinds found and missed, and what was raised outside of them. `chains` are lists of revisions; `kinds`
 * are those that the SDK has.
 */
export function judge(scenario, windows, chains, kinds) {
  const raised = chains.flat();
  const has = (kind) => !kinds || kinds.includes(kind);
  const within = ({ at }, { from, until }) => at >= from - SLACK_MS && at <= until + SLACK_MS;
  const found = [];
  const missed = [];
  for (const [name, { expect }] of Object.entries(scenario.episodes)) {
    for (const kind of expect.filter(has)) {
      const window = windows.find((each) => each.name === name);
      const hit = window && raised.some((signal) => signal.kind === kind && within(signal, window));
      (hit ? found : missed).push({ scenario: scenario.name, set: scenario.set, episode: name, kind });
    }
  }
  const named = (signal) =>
    windows.some((window) => {
      const { expect, may = [] } = scenario.episodes[window.name];
      const coarse = expect.filter((kind) => !has(kind)).map((kind) => COARSER[kind]);
      return within(signal, window) && [...expect, ...may, ...coarse].includes(signal.kind);
    });
  const wrong = chains.map(([first]) => first).filter((signal) => !named(signal)).map((signal) => ({ scenario: scenario.name, set: scenario.set, ...signal }));
  return { found, missed, wrong };
}

/** Precision and recall with their intervals. */
export function rates({ found, missed, wrong }) {
  const [hits, misses, alarms] = [found.length, missed.length, wrong.length];
  const precision = hits + alarms ? hits / (hits + alarms) : 1;
  const recall = hits + misses ? hits / (hits + misses) : 1;
  return {
    found: hits, missed: misses, wrong: alarms, precision, recall,
    precision_interval: wilson(hits, hits + alarms),
    recall_interval: wilson(hits, hits + misses),
    f1: precision + recall ? (2 * precision * recall) / (precision + recall) : 0,
  };
}
