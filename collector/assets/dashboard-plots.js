// Drawings. Places along a drawing are per cent of its width: it fits any width, and its texts keep their size.

import { h, s } from '/dashboard/tree.js';
import { count, day, points, position, shortCount, weekday } from '/dashboard/words.js';

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

/** The length of a video: above the line what was played again, below it where people stopped. */
export function strip(replayed, stopped) {
  const end = Math.max(5, ...replayed.concat(stopped).map(([second]) => second + 5));
  const marks = (moments, look, up) => moments.map(([second, value]) =>
    upright(look, at(second / end), 30 - 2 * up, 30 - up * (5 + 21 * value / mostOf(moments))));
  const say = (moments, what) => moments.map(([second, value]) => `${what} ${position(second)}: ${count(value)}`);
  const said = [...say(replayed, 'played again at'), ...say(stopped, 'stopped after')].join(', ');
  return picture('strip', 76, `From 0:00 to ${position(end)}: ${said}`, level('floor', 30),
    marks(replayed, 'replayed', 1), marks(stopped, 'stopped', -1),
    label('0:00', 0, 73, 'start'), label(position(end), '100%', 73, 'end'));
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
