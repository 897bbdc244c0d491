// The numbers by which inputs, effects and texts are told to the Wasm; `api.rs` has the other side.

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
  Change,
}

/** Kinds of `told`. */
export const enum Told {
  Page,
  Navigate,
  Error,
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
export const VALUE = 4;

/** Tells of an input; what it does not have is 0. */
export const tell = (kind: Input, at: number, element = 0, a = 0, b = 0, c = 0): void =>
  wasm.input(kind, at, element, a, b, c);
