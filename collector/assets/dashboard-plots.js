// Drawings. Places along a drawing are per cent of its width: it fits any width, and its texts keep their size.

import { h, s } from '/dashboard/tree.js';
import {
  clockHour, count, day, duration, percent, plural, points, position, shortCount, tenOf, weekday,
} from '/dashboard/words.js';

/** Up to so many days each bar has its number; beyond it only the tallest, and the numbers stand in a list. */
const FEW_DAYS = 7;

const at = (share) => `${(100 * share).toFixed(2)}%`;
const picture = (look, height, label, ...children) =>
  s('svg', { class: look, role: 'img', 'aria-label': label, height }, children);
const upright = (look, x, y1, y2, ...children) => s('line', { class: look, x1: x, x2: x, y1, y2 }, children);
const level = (look, y, x1 = 0, x2 = '100%') => s('line', { class: look, x1, x2, y1: y, y2: y });
const label = (said, x, y, anchor, look) => s('text', { class: look, x, y, 'text-anchor': anchor }, said);
const mostOf = (pairs) => Math.max(1, ...pairs.map(([, value]) => value));

/** Counts by day up to the day `last`, with the days that have none. */
export function everyDay(byDay, last, days) {
  const counts = new Map();
  for (const [date, value] of byDay) counts.set(date, (counts.get(date) ?? 0) + value);
  const dates = Array.from({ length: days }, (_, index) => last - days + 1 + index);
  return dates.map((date) => [date, counts.get(date) ?? 0]);
}

/** Bars by day in a line of text; the numbers are elsewhere. */
export function spark(days) {
  const most = mostOf(days);
  const bars = days.map(([, value], index) =>
    upright(value > 0 ? '' : 'zero', at((index + 0.5) / days.length), 22, 21 - 20 * value / most));
  return s('svg', { class: `spark ${days.length > FEW_DAYS ? 'many' : ''}`, 'aria-hidden': 'true', height: 22 }, bars);
}

/** Signals by day. Every number is in the picture or in the list under it. */
export function dayBars(days) {
  const few = days.length <= FEW_DAYS;
  const most = mostOf(days);
  const tallest = days.findIndex(([, value]) => value === most);
  const told = days.map(([date, value]) => `${day(date)}: ${count(value)}`);
  const marks = days.map(([date, value], index) => {
    const place = (index + 0.5) / days.length;
    const x = at(place);
    const anchor = few || (place > 0.06 && place < 0.94) ? 'middle' : place < 0.5 ? 'start' : 'end';
    const top = 112 - Math.max(value > 0 ? 2 : 0, 92 * value / most);
    return [
      upright('day', x, 112, top, s('title', null, told[index])),
      (few || index === tallest) && label(shortCount(value), x, top - 6, anchor, 'value'),
      few ? label(weekday(date), x, 130, anchor) : (days.length - 1 - index) % 7 === 0 && label(day(date), x, 130, anchor),
    ];
  });
  const numbers = told.filter((_, index) => days[index][1] > 0).map((said) => h('li', null, said));
  return [
    picture(few ? 'plot' : 'plot many', 136, `Signals by day. ${told.join(', ')}`, level('floor', 112.5), marks),
    !few && h('details', { class: 'list', 'data-key': 'numbers' },
      h('summary', null, 'Numbers by day'), h('ul', null, numbers)),
  ];
}

/** Bars by tens: `[…counts]` of ten bands, the last with the hundred in it. `unit` is what is counted. */
export function tens(bands, name, unit) {
  const most = Math.max(1, ...bands);
  const marks = bands.map((value, index) => {
    const x = at((index + 0.5) / bands.length);
    const top = 92 - Math.max(value > 0 ? 2 : 0, 72 * value / most);
    const title = s('title', null, `${tenOf(index)}: ${plural(value, unit)}`);
    return [upright('day', x, 92, top, title), value > 0 && label(shortCount(value), x, top - 6, 'middle', 'value'),
      index % 2 === 0 && label(count(10 * index), at(index / bands.length), 110, index > 0 ? 'middle' : 'start')];
  });
  const told = bands.map((value, index) => value > 0 && `${tenOf(index)}: ${plural(value, unit)}`).filter(Boolean);
  return picture('plot tens', 116, `${name} by tens. ${told.join(', ')}`, level('floor', 92.5), marks,
    label(count(100), '100%', 110, 'end'));
}

/** A video from its beginning to its end: the share still watching in each part, and below the line what was played
    again. `watching` is `[[second, share]]`, `replayed` is `[[second, count]]` with parts of `part` seconds. */
export function reel(watching, replayed, part, length) {
  const width = at(1 / watching.length);
  const top = (share) => 22 + 88 * (1 - share);
  const told = watching.map(([second, share]) => `${position(second)}: ${percent(share)}`);
  const areas = watching.map(([, share], index) => {
    const x = index / watching.length;
    return [
      s('rect', { class: 'stay', x: at(x), width, y: top(share), height: 110 - top(share) }, s('title', null, told[index])),
      level('edge', top(share), at(x), at(x + 1 / watching.length)),
    ];
  });
  const most = mostOf(replayed);
  const again = replayed.map(([second, value]) => s('rect', {
    class: 'replayed', x: at(second / length), width: at(Math.min(part, length - second) / length), y: 112,
    height: 4 + 20 * value / most,
  }, s('title', null, `Played again at ${position(second)}: ${count(value)}`)));
  const said = [`still watching at ${told.filter((_, index) => index % 5 === 0).join(', ')}`,
    ...replayed.map(([second, value]) => `played again at ${position(second)}: ${count(value)}`)];
  return picture('plot reel', 156, `From 0:00 to ${position(length)}: ${said.join(', ')}`,
    level('grid', top(1)), level('grid', top(0.5)), areas, level('floor', 110.5), again,
    label(percent(1), 0, top(1) - 6, 'start'), label(percent(0.5), 4, top(0.5) - 6, 'start', 'within'),
    label('0:00', 0, 152, 'start'), label(position(length / 2), '50%', 152, 'middle'), label(position(length), '100%', 152, 'end'));
}

/** How many are left along a video, in a line of text; the numbers are elsewhere. */
export const slope = (watching) => s('svg', { class: 'spark', 'aria-hidden': 'true', height: 22 },
  watching.map(([, share], index) => s('rect', {
    class: 'stay', x: at(index / watching.length), width: at(1 / watching.length), y: 22 - 20 * share, height: 20 * share,
  })));

/** Minutes by hour of the day. */
export function hours(minutes, name) {
  const most = Math.max(...minutes, 1e-9);
  const marks = minutes.map((value, hour) => upright('day', at((hour + 0.5) / 24), 44,
    44 - Math.max(value > 0 ? 2 : 0, 40 * value / most), s('title', null, `${clockHour(hour)}: ${duration(60_000 * value)}`)));
  const told = minutes.map((value, hour) => value > 0 && `${clockHour(hour)}: ${duration(60_000 * value)}`).filter(Boolean);
  return picture('plot many hours', 64, `${name}. ${told.join(', ')}`, level('floor', 44.5), marks,
    [0, 6, 12, 18].map((hour) => label(clockHour(hour), at(hour / 24), 60, 'start')), label(clockHour(24), '100%', 60, 'end'));
}

/** An axis for differences of shares that holds zero and all of `values`, with round ticks. */
export function scale(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const step = [0.05, 0.1, 0.2, 0.5].find((size) => (high - low) / size <= 4) ?? 1;
  const from = Math.floor(low / step);
  const steps = Math.max(1, Math.ceil(high / step) - from);
  const ticks = Array.from({ length: steps + 1 }, (_, index) => (from + index) * step);
  return { ticks, place: (value) => at(0.04 + 0.92 * (value / step - from) / steps) };
}

const grid = ({ ticks, place }, length) =>
  ticks.map((tick) => upright(tick === 0 ? 'zero' : 'grid', place(tick), 0, length));

/** A difference as a dot, with its interval. */
export function whiskers(axis, { points: middle, low, high }, tone) {
  const [from, to] = [axis.place(low), axis.place(high)];
  const said = `${points(middle)} points, between ${points(low)} and ${points(high)}`;
  return picture(`whiskers ${tone}`, 30, said, grid(axis, 30), level('reach', 15, from, to),
    upright('reach', from, 10, 20), upright('reach', to, 10, 20), s('circle', { cx: axis.place(middle), cy: 15, r: 5 }));
}

/** The numbers of the axis. */
export const ticks = (axis) => picture('whiskers', 24, 'Axis in points of a hundred', grid(axis, 6),
  axis.ticks.map((tick) => label(points(tick), axis.place(tick), 20, 'middle')));
