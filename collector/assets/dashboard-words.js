// Numbers, times and names in words. Numbers and times are written as in the browser's language.

import { kindName, number, reason, text } from '/live/words.js';

export { isObject, kindName, list, number, object, reason, text } from '/live/words.js';

const DAY_MS = 86_400_000;
/** The furthest time that a date can stand for. */
export const MAX_TIME_MS = 8.64e15;

const format = (options) => new Intl.NumberFormat(undefined, options).format;
const unit = (name, unitDisplay, digits = 0) =>
  format({ style: 'unit', unit: name, unitDisplay, maximumFractionDigits: digits });
const milliseconds = unit('millisecond', 'narrow');
const seconds = unit('second', 'narrow');
const exactSeconds = unit('second', 'narrow', 1);
const minutes = unit('minute', 'short');
const hours = unit('hour', 'short');
const dateFormat = (options) => new Intl.DateTimeFormat(undefined, options).format;
const dayAndMonth = { day: 'numeric', month: 'short' };
const time = dateFormat({ timeStyle: 'short' });
const dateAndTime = dateFormat({ ...dayAndMonth, hour: 'numeric', minute: '2-digit' });
const date = dateFormat({ ...dayAndMonth, timeZone: 'UTC' });
const nameOfDay = dateFormat({ weekday: 'short', timeZone: 'UTC' });

/** A count from JSON: whatever is none is 0. */
export const amount = (value) => Math.max(0, number(value) ?? 0);
/** A share from JSON, 0 to 1. */
export const share = (value) => Math.min(1, amount(value));
export const sum = (values) => values.reduce((total, value) => total + value, 0);

export const count = format({ maximumFractionDigits: 0 });
const compact = format({ notation: 'compact', maximumFractionDigits: 1 });
/** A count where there is little room. */
export const shortCount = (value) => (value < 100_000 ? count(value) : compact(value));
const hundredths = format({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const ratio = (value) => (value < 1000 ? hundredths(value) : compact(value));
export const percent = format({ style: 'percent', maximumFractionDigits: 0 });
const signed = format({ maximumFractionDigits: 0, signDisplay: 'exceptZero' });
/** A difference of shares, in points of a hundred. */
export const points = (value) => signed(100 * value);
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;
/** A part of a whole in per cent. */
export const of = (part, whole) => (whole > 0 ? percent(part / whole) : '–');

export function duration(ms) {
  if (ms < 1000) return milliseconds(ms);
  if (ms < 10_000) return exactSeconds(ms / 1000);
  const whole = Math.round(ms / 1000);
  if (whole < 60) return seconds(whole);
  return whole < 7200 ? minutes(Math.round(whole / 60)) : hours(Math.round(whole / 3600));
}

/** The time of day, with the date unless it is today. */
export function clock(ms) {
  if (number(ms) === null || Math.abs(ms) > MAX_TIME_MS) return '–';
  const today = new Date(ms).toDateString() === new Date().toDateString();
  return (today ? time : dateAndTime)(ms);
}

/** A day that is so many days after 1970-01-01. */
export const day = (days) => date(days * DAY_MS);
export const weekday = (days) => nameOfDay(days * DAY_MS);
export const dayOf = (ms) => Math.floor(ms / DAY_MS);

/** A place in a video: 1:05, 1:02:03. */
export function position(second) {
  const parts = [Math.floor(second / 60) % 60, Math.round(second) % 60];
  if (second >= 3600) parts.unshift(Math.floor(second / 3600));
  return parts.map((part, index) => (index > 0 ? String(part).padStart(2, '0') : part)).join(':');
}

/** An hour of the day: 19:00. */
export const clockHour = (hour) => `${String(hour).padStart(2, '0')}:00`;
/** A band of ten of a hundred; the last one holds the hundred too. */
export const tenOf = (index) => `${10 * index} to ${index < 9 ? 10 * index + 9 : 100}`;

export const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
export const name = (value) => text(value).trim() || '(no name)';
/** The beginning of an id, enough to know it again. */
export const brief = (id) => (name(id).length > 12 ? `${[...name(id)].slice(0, 8).join('')}…` : name(id));

const ROLES = {
  textbox: 'text field', searchbox: 'search field', spinbutton: 'number field', combobox: 'drop-down list',
  checkbox: 'check box', radio: 'radio button', menuitem: 'menu item', treeitem: 'tree item', img: 'picture',
};

/** "Rage click on a submit button"; without the element where none is meant or the kind names it. */
export function signalName({ kind, role, label }) {
  const element = [label, Object.hasOwn(ROLES, role) ? ROLES[role] : role].map(reason)
    .filter((word) => word && word !== 'other' && !text(kind).startsWith(word)).join(' ');
  return `${kindName(kind)}${element && ` on ${/^[aeiou]/i.test(element) ? 'an' : 'a'} ${element}`}`;
}
