// Mutation records as inputs: one for each changed element and callback, bounded in number.

import * as wasm from './generated/unsnag.js';
import { number } from './dom';
import { hides, marked, mayGo, vanished } from './forms';
import { Input, MUTATED, sink, STATED, tell, together } from './inputs';
import { hash, NO_STATE, stateOf, type Shown } from './states';

/** Records looked at in one callback; a page that changes more at once is building itself. */
const MOST_RECORDS = 256;
/** Elements told of in one callback. */
const MOST_ELEMENTS = 32;
/** Inserted nodes asked whether they announce something. */
const MOST_ADDED = 4;
const ALERT = '[role=alert],[role=alertdialog]';

/** What happened to one element. */
interface Change {
  /** Where: itself, or its shadow root. */
  node: Shown;
  count: number;
  what: number;
  attributes: number;
  alert: boolean;
}

const isElement = (node: Node): node is Element => node.nodeType === Node.ELEMENT_NODE;

/** Takes the records of one callback, as of now or of an earlier time. */
export const recorded = (records: readonly MutationRecord[], at = performance.now()): void =>
  together(take, records, at);

function take(records: readonly MutationRecord[], at: number): void {
  // States and alerts only matter while a verdict is open; without one, this is about what changes by itself.
  const waiting = wasm.waiting(at);
  const changes = new Map<Element, Change>();
  let gone = false;
  for (const record of records.slice(0, MOST_RECORDS)) {
    const { target, attributeName: name } = record;
    // A text node's is its parent, a shadow root's its host.
    const element = isElement(target) ? target : target.parentElement ?? (target as Partial<ShadowRoot>).host;
    if (!element) continue;
    let change = changes.get(element);
    if (!change) {
      if (changes.size === MOST_ELEMENTS) continue;
      changes.set(element, (change = { node: (target.nodeType === Node.TEXT_NODE ? element : target) as Shown, count: 0, what: MUTATED.indexOf(record.type), attributes: 0, alert: false }));
    }
    change.count++;
    gone ||= !!name && hides(element);
    if (name === 'aria-invalid') marked(at, element);
    if (!waiting) continue;
    if (name) {
      change.attributes ^= hash(`${name}=${element.getAttribute(name)}`);
    } else {
      change.alert ||= [...record.addedNodes].slice(0, MOST_ADDED).some((node) => isElement(node) && node.matches(ALERT));
    }
  }
  if (gone || vanished()) mayGo();
  const told: number[] = [];
  for (const [target, { node, count, what, attributes, alert }] of changes) {
    const element = number(at, target);
    if (!element) continue;
    let state = NO_STATE;
    if (waiting) {
      state = stateOf(node);
      // An alert that is emptied is over.
      if (alert || target.closest(ALERT)?.textContent!.trim()) tell(Input.Alert, at, element);
    }
    told.push(element, count, state === NO_STATE ? what : what + STATED, state ^ attributes);
  }
  if (told.length) sink.changes(at, Uint32Array.from(told));
}
