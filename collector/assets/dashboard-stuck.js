// Where people get stuck: pages by rank; of each page its days, elements and forms, and its videos in a line.

import { bar, block, button, long, measured, named, nothing, ranking, soft, strong, table } from '/dashboard/parts.js';
import { dayBars, everyDay, spark } from '/dashboard/plots.js';
import { h } from '/dashboard/tree.js';
import * as videos from '/dashboard/videos.js';
import * as words from '/dashboard/words.js';

const { amount, count, isObject, list, number, of, plural, shortCount, signalName, sum, text } = words;

/** A rate over fewer views says little; such pages rank last by it. */
const FEW_VIEWS = 10;

const down = (value) => (a, b) => value(b) - value(a);
const facts = (...said) => h('p', null, soft(said.join(' · ')));
/** `[[place, count]]`; what is of another shape is left out. */
const pairs = (value) => list(value).filter((pair) => number(list(pair)[0]) !== null).map(([at, n]) => [at, amount(n)]);

/** What is known of each page, from untrusted JSON to a fixed shape. */
export const read = (pages) => list(pages).filter(isObject).map((page) => {
  const signals = list(page.signals).filter(isObject);
  const [total, views] = [sum(signals.map((signal) => amount(signal.count))), amount(page.views)];
  const rate = total / Math.max(1, views);
  return { ...page, template: text(page.template), signals, total, views, rate, help: amount(page.help) };
});

/** Counts of signals by a name, the most first. */
function grouped(signals, nameOf) {
  const groups = new Map();
  for (const signal of signals) {
    const group = nameOf(signal);
    groups.set(group, (groups.get(group) ?? 0) + amount(signal.count));
  }
  return [...groups].sort(down(([, value]) => value));
}

const ranked = (id, groups, view) => ranking(id, groups, groups[0]?.[1], count, view.open);

/** What is told of each field: the number, what it is called, its tone and how it is written. */
const FIELD = [
  [(field) => amount(field.left_at), 'Left here', 'high', shortCount],
  [(field) => amount(field.errors), 'Errors', 'critical', shortCount],
  [(field) => amount(field.refills), 'Refills', 'medium', shortCount],
  [(field) => amount(field.active_ms) / Math.max(1, amount(field.used)), 'Time each', '', words.duration],
  [(field) => amount(field.used), 'Used', '', shortCount],
];

function fieldTable(form) {
  const fields = list(form.fields).filter(isObject).map((field) => [field, ...FIELD.map(([read]) => read(field))])
    .sort((a, b) => b[1] - a[1] || b[2] - a[2]);
  const most = FIELD.map((_, column) => Math.max(0, ...fields.map((row) => row[column + 1])));
  const rows = fields.map(([field, ...numbers]) => {
    const isWorst = numbers[0] > 0 && numbers[0] === most[0];
    const mark = isWorst && h('span', { class: 'chip high' }, 'most leave here');
    const cells = FIELD.map(([, , tone, write], i) => measured(write(numbers[i]), numbers[i], most[i], tone));
    return { key: words.name(field.field), tone: isWorst && 'worst', cells: [[named(field.field), mark], ...cells] };
  });
  return rows.length > 0 && table(`Fields of ${words.name(form.form)}`, ['Field', ...FIELD.map(([, title]) => title)], rows);
}

function formBlock(form) {
  const [runs, submitted, abandoned, refused, errors] =
    ['runs', 'submitted', 'abandoned', 'refused', 'errors'].map((name) => amount(form[name]));
  return block(['Form ', named(form.form)],
    facts(plural(runs, 'run'), `${count(submitted)} submitted (${of(submitted, runs)})`,
      `${count(abandoned)} abandoned (${of(abandoned, runs)})`, plural(refused, 'refused submit'), plural(errors, 'error')),
    fieldTable(form));
}

/** What is told of a page's videos; the rest is in their own section. */
function videosBlock(own) {
  const items = own.map((video) => h('li', null, named(video.name), ' ', soft(videos.facts(video))));
  return block('Videos', h('ul', { class: 'nudges' }, items), h('p', null, h('a', { href: '#videos' }, 'All about the videos')));
}

function details(page, days, data, view) {
  const signals = page.total === 0 ? [soft('Nobody got stuck here.')] : [
    days.length > 1 && block('Signals by day', dayBars(days)),
    block('What happens', ranked('elements', grouped(page.signals, signalName), view)),
  ];
  const own = data.videos.filter(({ template }) => template === page.template);
  const others = [...list(page.forms).filter(isObject).map(formBlock), own.length > 0 && videosBlock(own)].filter(Boolean);
  // Where there is nothing else, the two stand beside each other.
  const columns = others.length > 0 ? [signals, others] : signals.filter(Boolean);
  return h('div', { class: 'inside' }, columns.map((column) => h('div', null, column)),
    h('p', { class: 'foot' }, soft(`Help asked for: ${plural(page.help, 'time')}`),
      button('Sessions on this page', 'page', page.template)));
}

function row(page, share, isOpen, data, view) {
  const days = everyDay(pairs(page.by_day), words.dayOf(data.generated_at), data.days);
  const [first] = grouped(page.signals, signalName);
  const measure = (value, what) => h('span', { class: 'measure' }, strong(value), ` ${what}`);
  const says = h('span', { class: 'soft clip' }, first ? `Mostly ${first[0].toLowerCase()}` : 'No signals');
  return h('li', { 'data-key': page.template },
    h('details', { class: 'card', open: isOpen && '' },
      h('summary', { class: 'page' },
        h('span', { class: 'what' }, h('bdi', { class: 'clip' }, words.name(page.template)), says),
        spark(days),
        measure(shortCount(page.total), page.total === 1 ? 'signal' : 'signals'),
        measure(words.ratio(page.rate), page.views < FEW_VIEWS ? 'per view (few)' : 'per view'),
        measure(shortCount(page.views), page.views === 1 ? 'view' : 'views'),
        bar(share)),
      details(page, days, data, view)));
}

/** What the section holds; `view` is what the reader chose. */
export function draw(data, view) {
  const { pages } = data;
  if (pages.length === 0) {
    return nothing(data.empty ? 'Pages appear here once somebody visits them, ranked by how often people get stuck.'
      : 'Nobody visited a page in this time. Look at more days.');
  }
  const score = (page) => (view.rank !== 'rate' ? page.total : page.views < FEW_VIEWS ? 0 : page.rate);
  const byRank = [...pages].sort((a, b) => score(b) - score(a) || b.total - a.total || b.views - a.views);
  const rows = byRank.map((page, index) =>
    row(page, score(page) / score(byRank[0]), view.isFirst && index === 0, data, view));
  const days = everyDay(pages.flatMap((page) => pairs(page.by_day)), words.dayOf(data.generated_at), data.days);
  const kinds = grouped(pages.flatMap((page) => page.signals), (signal) => words.kindName(signal.kind));
  const card = (title, ...children) => h('div', { class: 'card' }, h('h3', null, title), children);
  return [
    h('div', { class: 'overview', 'data-key': 'overview' },
      days.length > 1 && card('Signals by day, all pages', dayBars(days)),
      card('What happens most', kinds.length > 0 ? ranked('kinds', kinds, view) : soft('No signals: nobody got stuck.'))),
    long('ol', 'rows', 'pages', rows, view.open),
  ];
}
