// What elements show, as salted hashes, and the fields around a click whose values scripts change without an event.

import { random } from './bridge';
import { start } from './dom';

/** Text beyond this says no more about what an element shows. */
const MOST_TEXT = 256;
/** An element with more children is a part of the page, not something that shows a state. */
const MOST_CHILDREN = 8;
/** Fields watched around one click. */
const MOST_FIELDS = 16;
const FIELD = 'input,select,textarea';

/** No state: the Wasm takes every other number for one. */
export const NO_STATE = -1;

/** Differs on every page, so that no hash means anything elsewhere. */
let salt = 0;
let fields = new Map<Element, number>();

/** Begins anew. */
export function forgetStates(): void {
  salt = random();
  fields = new Map();
}

/** FNV-1a over the text. */
export function hash(text: string, seed = salt): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x1000193);
  return hash >>> 0;
}

/** What shows a state: an element, or what is in its shadow. */
export type Shown = Element | ShadowRoot;

/** What an element shows, where it is small enough to show one thing. */
export const stateOf = (element: Shown): number =>
  element.childElementCount > MOST_CHILDREN ? NO_STATE : hash(start(element, MOST_TEXT));

/** A field's value. */
export function valueOf(element: Element): number {
  const field = element as HTMLInputElement;
  return element.matches(FIELD) ? hash(field.value + (field.checked ? '\n' : '')) : hash(start(element, MOST_TEXT));
}

/** Remembers the fields in the region of a click. */
export function watch(around: ParentNode): void {
  fields = new Map([...around.querySelectorAll(FIELD)].slice(0, MOST_FIELDS).map((field) => [field, valueOf(field)]));
}

/** Tells of the fields that changed since they were last looked at. */
export function compare(tell: (field: Element, state: number) => void): void {
  for (const [field, before] of fields) {
    const state = valueOf(field);
    if (state === before) continue;
    fields.set(field, state);
    tell(field, state);
  }
}
