// Functions of the page that are wrapped to see them called: there is no event for these. Each wrapper passes
// everything on, is taken off again, and once it is off does nothing if somebody still holds it.

import * as wasm from './generated/unsnag.js';

type Plain = (this: unknown, ...args: unknown[]) => unknown;
type Owner = Record<string, unknown>;

/** Numbers of `effect` in the Wasm. */
const enum Effect {
  Window,
  Clipboard,
  Dialog,
  Picker,
  Share,
}

/** Ended without failing: the page itself gave the request up. */
const ABORTED = 1;

/** Wraps what is there and returns the function that takes all of it off. */
export function install(): () => void {
  const undo: (() => void)[] = [];
  let requests = 0;

  const wrap = (owner: object | undefined, name: string, make: (original: Plain) => Plain): void => {
    const object = owner as Owner | undefined;
    const original = object?.[name];
    if (typeof original !== 'function') return;
    const own = Object.hasOwn(object!, name);
    const wrapper = make(original as Plain);
    try {
      object![name] = wrapper;
    } catch {
      // Frozen by the page: then it is not seen.
      return;
    }
    undo.push(() => {
      if (object![name] !== wrapper) return;
      if (own) object![name] = original;
      else delete object![name];
    });
  };

  const before = (owner: object | undefined, name: string, tell: () => void): void =>
    wrap(owner, name, (original) =>
      function (this: unknown, ...args) {
        tell();
        return original.apply(this, args);
      });

  wrap(globalThis, 'fetch', (original) =>
    function (this: unknown, ...args) {
      const id = ++requests;
      wasm.request_start(id);
      // The page gets the promise that follows ours, so that a rejection nobody handles stays unhandled.
      return (original.apply(this, args) as Promise<Response>).then(
        (response) => {
          wasm.request_end(id, response.status || ABORTED);
          return response;
        },
        (error: unknown) => {
          wasm.request_end(id, (error as Error | undefined)?.name === 'AbortError' ? ABORTED : 0);
          throw error;
        },
      );
    });

  wrap(globalThis.XMLHttpRequest?.prototype, 'send', (original) =>
    function (this: unknown, ...args) {
      const request = this as XMLHttpRequest;
      const id = ++requests;
      let aborted = false;
      request.addEventListener('abort', () => (aborted = true), { once: true });
      request.addEventListener('loadend', () => wasm.request_end(id, aborted ? ABORTED : request.status), { once: true });
      wasm.request_start(id);
      return original.apply(this, args);
    });

  ['pushState', 'replaceState'].forEach((name, how) =>
    wrap(history, name, (original) =>
      function (this: unknown, ...args) {
        const result = original.apply(this, args);
        wasm.navigated(how);
        return result;
      }));

  before(globalThis, 'open', () => wasm.effect(Effect.Window));
  before(navigator.clipboard, 'writeText', () => wasm.effect(Effect.Clipboard));
  before(navigator.clipboard, 'write', () => wasm.effect(Effect.Clipboard));
  for (const name of ['alert', 'confirm', 'prompt']) before(globalThis, name, () => wasm.effect(Effect.Dialog));
  before(HTMLInputElement.prototype, 'showPicker', () => wasm.effect(Effect.Picker));
  before(navigator, 'share', () => wasm.effect(Effect.Share));

  return () => undo.forEach((each) => each());
}
