// How videos are watched: of each who stays until when, what is played again, how engaged its visitors are, and whether
// it stands still.

import { bar, block, definitions, long, named, nothing, soft, strong } from '/dashboard/parts.js';
import { reel, slope, tens } from '/dashboard/plots.js';
import { h } from '/dashboard/tree.js';
import * as words from '/dashboard/words.js';

const { amount, count, duration, isObject, list, number, of, plural, position, reason, shortCount, sum, text } = words;

const BANDS = 10;
const PLACES_TOLD = 3;
/** Shares of fewer viewings say little. */
const FEW_PLAYS = 10;

const bands = (value) => Array.from({ length: BANDS }, (_, index) => amount(list(value)[index]));

/** The share that still watches at the beginning of each part, of those of whom it is known; nothing of nobody. */
function watching(left, ended, length) {
  const all = sum(left) + ended;
  let gone = 0;
  return all === 0 || !length ? [] : left.map((value, index) => {
    const share = (all - gone) / all;
    gone += value;
    return [length * index / left.length, share];
  });
}

/** What is known of each video, from untrusted JSON to a fixed shape. */
export const read = (videos) => list(videos).filter(isObject).map((video) => {
  const template = text(video.template);
  const length = amount(video.length_s);
  const [plays, ended, played, stalled, stalls, waited, visitors, part] = ['plays', 'ended', 'played_ms', 'stalled',
    'stalls', 'stall_ms', 'visitors', 'replayed_part_s'].map((name) => amount(video[name]));
  const left = list(video.left).map(amount);
  const replayed = list(video.replayed).map(list).map(([second, value]) => [amount(second), amount(value)])
    .filter(([second, value]) => value > 0 && second < length);
  return {
    template, length, plays, ended, played, stalled, stalls, waited, visitors, replayed, left, part: Math.max(1, part),
    key: ['template', 'player', 'length_s', 'entry'].map((name) => String(video[name] ?? '')).join(' '),
    name: text(video.title) || `Video on ${words.name(template)}`, isNamed: Boolean(text(video.title)),
    about: [reason(video.kind), text(video.topic), reason(video.difficulty)].filter(Boolean),
    engagement: number(video.engagement), engagementBands: bands(video.engagement_bands),
    completed: bands(video.completion_bands)[BANDS - 1], watching: watching(left, ended, length),
  };
});

/** The most important of it in a line. */
export const facts = ({ plays, ended, stalled }) =>
  [plural(plays, 'viewing'), `${of(ended, plays)} to the end`, `${of(stalled, plays)} stood still`].join(' · ');

/** The places with most, in words: `[[second, count]]`. */
function places(look, pairs, what) {
  const told = pairs.filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]).slice(0, PLACES_TOLD)
    .map(([second, value]) => `${position(second)} (${count(value)})`);
  return told.length > 0 && h('p', { class: `legend ${look}` }, `${what} ${told.join(', ')}`);
}

function stays({ watching: shares, replayed, part, length, left }) {
  if (shares.length === 0) return soft(length > 0 ? 'Nobody told yet where they left.' : 'A stream without a length has no places.');
  const leaves = left.map((value, index) => [length * index / left.length, value]);
  const numbers = shares.map(([second, share], index) =>
    h('li', null, `${position(second)}: ${words.percent(share)}${left[index] > 0 ? `, ${count(left[index])} left` : ''}`));
  return [
    reel(shares, replayed, part, length),
    places('stay', leaves, 'Most leave after'),
    places('replayed', replayed, 'Played again most at') || h('p', null, soft('No part was played again.')),
    h('details', { class: 'list', 'data-key': 'places' }, h('summary', null, 'Numbers by place'), h('ul', null, numbers)),
  ];
}

function engaged({ visitors, engagement, engagementBands, completed }) {
  if (visitors === 0 || engagement === null) {
    return soft('No visitor could be told from another: without a visitor id, viewings alone are counted.');
  }
  return [
    tens(engagementBands, 'Engagement', 'visitor'),
    h('p', null, strong(count(engagement)), soft(` of 100 on average. ${count(completed)} of ${plural(visitors, 'visitor')} `,
      `(${of(completed, visitors)}) watched at least 90 %.`)),
  ];
}

function details(video) {
  const { plays, played, stalled, stalls, waited } = video;
  const waits = [
    ['Stood still in', `${of(stalled, plays)} of viewings`], ['How often', count(stalls)],
    ['Each time for', stalls > 0 ? duration(waited / stalls) : '–'],
    ['Waiting, of all time', of(waited, played + waited)], ['Watched in all', duration(played)],
  ];
  return h('div', { class: 'inside' },
    h('div', null, block('Who still watches', stays(video))),
    h('div', null, block('Engagement of visitors', engaged(video)), block('Waiting', definitions(waits, { class: 'facts' }))));
}

function row(video, most, isOpen) {
  const { plays, ended, engagement, length, about } = video;
  const measure = (value, what) => h('span', { class: 'measure' }, strong(value), ` ${what}`);
  const said = [video.isNamed && video.template, length > 0 ? position(length) : 'no length', ...about].filter(Boolean);
  return h('li', { 'data-key': video.key },
    h('details', { class: 'card', open: isOpen && '' },
      h('summary', { class: 'page' },
        h('span', { class: 'what' }, h('bdi', { class: 'clip' }, video.name), h('span', { class: 'soft clip' }, said.join(' · '))),
        slope(video.watching),
        measure(shortCount(plays), plays === 1 ? 'viewing' : 'viewings'),
        measure(of(ended, plays), plays < FEW_PLAYS ? 'to the end (few)' : 'to the end'),
        measure(engagement === null ? '–' : count(engagement), 'engaged'),
        bar(plays / most)),
      details(video)));
}

/** What the section holds. */
export function draw({ videos, empty }, view) {
  if (videos.length === 0) {
    return nothing(empty ? 'Videos appear here once somebody plays one: who stays until when, and what is played again.'
      : 'Nobody played a video in this time. Pages tell of their players by themselves, unless video is switched off there.');
  }
  const most = Math.max(1, ...videos.map(({ plays }) => plays));
  const rows = videos.map((video, index) => row(video, most, view.isFirst && index === 0));
  return [
    long('ol', 'rows', 'videos', rows, view.open),
    videos.some(({ isNamed }) => !isNamed) && h('p', null, soft('Videos without a title are not in ', h('code', null, 'videos.json'),
      ', the catalogue in the folder of the analysis. With it come recommendations and what was learned.')),
  ];
}
