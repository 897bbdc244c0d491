// What elements show, as salted hashes, and the fields around a click whose values scripts change without an event.

import { random } from './bridge';
import { number, start } from './dom';
import { now } from './events';
import { Input, tell, VALUE } from './inputs';

/** Text beyond this says no more about what an element shows. */
const MOST_TEXT = 256;
/** An element with more children is a part of the page, not something that shows a state. */
const MOST_CHILDREN = 8;
/** Fields watched around one click. */
const MOST_FIELDS = 16;
const FIELDS = ['input', 'select', 'textarea'];

/** No state: the Wasm takes every other number for one. */
export const NO_STATE = -1;

/** Differs on every page, so that no hash means anything elsewhere. */
let salt = 0;
let fields = new Map<Element, string>();

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

const textOf = ({ value, checked }: HTMLInputElement): string => value + (checked ? '\n' : '');

/** A field's value. */
export const valueOf = (element: Element): number =>
  hash(FIELDS.includes(element.localName) ? textOf(element as HTMLInputElement) : start(element, MOST_TEXT));

/** Remembers the fields in the region of a click. */
export function watch(around: ParentNode): void {
  fields.clear();
  const all = around.querySelectorAll<HTMLInputElement>(FIELDS.join());
  for (let i = 0; i < all.length && i < MOST_FIELDS; i++) fields.set(all[i]!, textOf(all[i]!));
}

/** Until the next click this field is none of them. */
export function unwatch(field: Element): void {
  fields.delete(field);
}

/** Tells of the fields whose values a script changed since they were last looked at: no event and no mutation does. */
export function compareFields(): void {
  for (const [field, before] of fields) {
    const text = textOf(field as HTMLInputElement);
    if (text === before) continue;
    fields.set(field, text);
    const at = now();
    const element = number(at, field);
    if (element) tell(Input.Mutation, at, element, 1, VALUE, hash(text));
  }
}
