// Help and its effect: what became of each entry, and how much better those fared who got it.

import { named, nothing, soft, strong, table } from '/dashboard/parts.js';
import * as plots from '/dashboard/plots.js';
import { h } from '/dashboard/tree.js';
import * as words from '/dashboard/words.js';

const { amount, count, isObject, list, number, object, of, reason, text } = words;

const HEAD = ['Help', 'Shown', 'Clicked', 'Dismissed', 'Helped', 'With help', 'Held out', 'Effect in points'];

/** An uplift with its interval, if there is one that makes sense. */
function uplift(value) {
  const { points, low, high } = object(value);
  const isKnown = [points, low, high].every((each) => number(each) !== null && Math.abs(each) <= 1);
  return isKnown && low <= points && points <= high ? { points, low, high } : null;
}

/** What is known of each entry, from untrusted JSON to a fixed shape. */
export const read = (nudges) => list(nudges).filter(isObject).map((entry) => ({
  ...entry, shown: amount(entry.shown), helped: amount(entry.helped), treat: object(entry.treat),
  holdout: object(entry.holdout), uplift: uplift(entry.uplift),
})).sort((a, b) => b.shown - a.shown);

function rate(arm) {
  const [visitors, episodes, helped] = [arm.visitors, arm.episodes, arm.helped].map(amount);
  if (episodes === 0) return soft('nobody yet');
  const told = `${count(helped)} of ${count(episodes)}`;
  return [strong(of(helped, episodes)), soft(told), soft(words.plural(visitors, 'visitor'))];
}

function effect({ treat, holdout, uplift: known, why }, axis) {
  if (!known) {
    const said = reason(why);
    return [strong(said && said !== 'not enough' ? words.sentence(said) : 'Not enough visitors yet'),
      soft(`${count(amount(treat.visitors))} with help, ${count(amount(holdout.visitors))} held out`)];
  }
  const [tone, verdict] = known.low > 0 ? ['low', 'Helps'] : known.high < 0 ? ['critical', 'Does harm'] : ['', 'Not clear yet'];
  const [points, low, high] = [known.points, known.low, known.high].map(words.points);
  return [plots.whiskers(axis, known, tone),
    h('span', { class: 'line' }, h('b', { class: tone }, verdict), soft(`${points} (${low} to ${high})`))];
}

/** What the section holds. */
export function draw({ nudges }) {
  if (nudges.length === 0) {
    return nothing('Each kind of help appears here once it was due: who saw it, whom it helped, and how those fared who saw none.');
  }
  const known = nudges.map((entry) => entry.uplift).filter(Boolean);
  const axis = plots.scale(known.flatMap(({ low, high }) => [low, high]));
  const rows = nudges.map((entry) => {
    const part = (value) => [strong(count(amount(value))), soft(of(amount(value), entry.shown))];
    return {
      key: `${text(entry.entry)} ${text(entry.by)}`,
      cells: [
        [named(entry.entry), soft(`by ${reason(entry.by)}`)], strong(count(entry.shown)), part(entry.clicked),
        part(entry.dismissed), part(entry.helped), rate(entry.treat), rate(entry.holdout), effect(entry, axis),
      ],
    };
  });
  const foot = known.length > 0 && h('tr', { class: 'axis', role: 'row', 'data-key': ' axis' },
    h('td', { role: 'cell', colspan: HEAD.length - 1 }), h('td', { role: 'cell' }, plots.ticks(axis)));
  return [
    h('div', { class: 'card effects' }, table('Help and its effect', HEAD, rows, foot)),
    h('p', null, soft('Helped: what somebody was stuck in succeeded within 10 minutes. Held out: visitors who by lot see no ',
      'help. Effect: with help minus held out, with the interval it lies in; right of zero, help does good.')),
  ];
}
