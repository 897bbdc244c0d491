// The pieces that the sections are made of.

import { h } from '/dashboard/tree.js';
import { count, name } from '/dashboard/words.js';

/** Longer lists are cut by the style sheet, except for what is open or has the focus. */
const FEW_ROWS = 10;
const FEW_NAMES = 6;

export const soft = (...said) => h('span', { class: 'soft' }, said);
export const strong = (said) => h('b', null, said);
/** A name that a page gave; it may be of any script, and of any length. */
export const named = (value) => h('bdi', null, name(value));
export const nothing = (said) => h('p', { class: 'nothing' }, said);
export const block = (title, ...children) => h('div', { class: 'block' }, h('h4', null, title), children);

export const button = (words, action, value, attributes) =>
  h('button', { type: 'button', class: 'button', 'data-do': action, 'data-value': value, ...attributes }, words);

/** Names with what belongs to them: `[name, value]`. */
export const definitions = (rows, attributes, nameOfRow) => h('dl', attributes,
  rows.map(([term, value]) => h('div', { class: nameOfRow?.(value) }, h('dt', null, term), h('dd', null, value))));

/** A share of a whole as a bar; its number stands beside it. */
export function bar(share, tone = '') {
  const width = Math.min(1, Math.max(0, share || 0)).toFixed(4);
  return h('span', { class: `bar ${tone}`, 'aria-hidden': 'true', '--score': width }, share > 0 && h('i'));
}

/** A number with its part of the largest as a bar under it. */
export const measured = (said, value, most, tone) => [h('span', null, said), bar(value / most, tone)];

/** A table whose rows become stacks on narrow screens; the roles keep it a table there. Rows: `{ key, tone, cells }`. */
export function table(label, head, rows, foot) {
  const cell = (content, index) => (index === 0 ? h('th', { role: 'rowheader' }, content)
    : h('td', { role: 'cell', 'data-label': head[index] }, content));
  return h('table', { role: 'table', 'aria-label': label },
    h('thead', { role: 'rowgroup' },
      h('tr', { role: 'row' }, head.map((said) => h('th', { role: 'columnheader' }, said)))),
    h('tbody', { role: 'rowgroup' },
      rows.map(({ key, tone, cells }) => h('tr', { role: 'row', 'data-key': key, class: tone }, cells.map(cell))), foot));
}

/** A list that shows its first items, and a button for the rest. `open` holds the ids of lists that show all. */
export function long(tag, look, id, items, open, few = FEW_ROWS) {
  const isOpen = open.has(id);
  const isCut = items.length > few;
  const says = isOpen ? 'Show fewer' : `Show all ${count(items.length)}`;
  return [
    h(tag, { class: isCut && !isOpen ? `${look} few` : look, 'data-key': id }, items),
    isCut && button(says, 'more', id, { class: 'button quiet', 'data-key': `more ${id}`, 'aria-expanded': String(isOpen) }),
  ];
}

/** Names with a bar and a number each: `[name, value, what is said of it]`. */
export function ranking(id, rows, most, write, open) {
  const items = rows.map(([term, value, said]) => h('li', { 'data-key': term },
    h('bdi', null, term), bar(value / most), strong(write(value)), said && soft(said)));
  return long('ul', 'ranking', id, items, open, FEW_NAMES);
}
