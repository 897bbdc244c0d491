// The numbers by which inputs, effects and texts are told to the Wasm; `inputs.rs` has the other side.

import * as wasm from './generated/unsnag.js';

/** Kinds of `input`; the first three are those of `pointer`. */
export const enum Input {
  Down,
  Up,
  Click,
  Key,
  Mutation,
  Toggle,
  Scroll,
  Selection,
  Focus,
  Blur,
  Visibility,
  Hide,
  Effect,
  Media,
  RequestStart,
  RequestEnd,
  Alert,
  Help,
  Move,
  Swipe,
}

/** Kinds of `field`, and after them those of forms. */
export const enum Field {
  Focus,
  Input,
  Change,
  Blur,
  Paste,
  Autofill,
  Invalid,
  Valid,
  Submit,
  Reset,
  Removed,
  Seen,
}

/** Kinds of `told`. */
export const enum Told {
  Page,
  Navigate,
  Error,
  /** No input: what is this address's template? */
  Template,
}

/** The core's `Effect`. */
export const enum Effect {
  Window,
  Download,
  Clipboard,
  Dialog,
  Fullscreen,
  Picker,
  Share,
}

/** The core's `Cause`. */
export const enum Cause {
  Sync,
  Promise,
  Other,
}

/** The core's `Mutated`; the first three by the names of their records. */
export const MUTATED = ['childList', 'attributes', 'characterData'];
export const CSSOM = 3;
export const VALUE = 4;
/** A change in `changes`: its element, how many records it had, what it was, and the state after it. */
export const CHANGE = 4;
/** Added to what it was where its state was read. */
export const STATED = 8;

/** Everything that the Wasm is told of the page. One object, so that a recording can listen in (`debug.ts`). */
export const sink = {
  element: wasm.element,
  pointer: wasm.pointer,
  input: wasm.input,
  changes: wasm.changes,
  field: wasm.field,
  told: wasm.told,
  task: wasm.task,
  video: wasm.video,
};
export type Sink = typeof sink;

/** A task that takes longer freezes the page, ms: well below the time after which a click is suspected to be slow. */
const FROZEN_MS = 400;
/** The number of the request that stands for the page's own work; the others count up from 1. */
const WORK = 0x7fffffff;

/** When the gesture began whose task has not ended yet. */
let began = -1;

/** A gesture's task begins. */
export function busy(at: number): void {
  began = at;
}

/** It is over. */
export function rest(): void {
  if (began >= 0) breathe();
  began = -1;
}

/** The first thing that is told after the page was frozen by a gesture's task: until now it has been at work. */
function breathe(): void {
  const since = began;
  // An event may have been stamped long before.
  const at = performance.now();
  if (at - since < FROZEN_MS) return;
  began = -1;
  sink.input(Input.RequestStart, since, WORK, 0, 0, 0);
  sink.input(Input.RequestEnd, at, WORK, 200, 0, 0);
}

let depth = 0;
let due = false;

/** Tells of what one event or callback brings: what follows from it is done at the end of all, whatever the page throws. */
export function together<A extends unknown[]>(tellAll: (...what: A) => unknown, ...what: A): void {
  depth++;
  try {
    if (began >= 0) breathe();
    tellAll(...what);
  } finally {
    if (!--depth && due) {
      due = false;
      wasm.follow();
    }
  }
}

/** Something follows from an input. */
export function later(): void {
  if (depth) due = true;
  else queueMicrotask(wasm.follow);
}

/** Tells of an input; what it does not have is 0. */
export const tell = (kind: Input, at: number, element = 0, a = 0, b = 0, c = 0): void =>
  sink.input(kind, at, element, a, b, c);
