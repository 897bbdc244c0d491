// Functions of the page that are wrapped to see them called: there is no event for these. Each wrapper passes
// everything on, is taken off again, and once it is off does nothing if somebody still holds it.

import { isGesture } from './events';
import { navigated } from './eyes';
import { number } from './dom';
import { CSSOM, Effect, Input, tell } from './inputs';
import { plays } from './media';

type Plain = (this: unknown, ...args: unknown[]) => unknown;
type Owner = Record<string, unknown>;

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

  const did = (effect: Effect): void => tell(Input.Effect, performance.now(), 0, effect);
  const before = (owner: object | undefined, name: string, tell: () => void): void =>
    wrap(owner, name, (original) =>
      function (this: unknown, ...args) {
        tell();
        return original.apply(this, args);
      });

  wrap(globalThis, 'fetch', (original) =>
    function (this: unknown, ...args) {
      const id = ++requests;
      tell(Input.RequestStart, performance.now(), id, +!isGesture());
      // The page gets the promise that follows ours, so that a rejection nobody handles stays unhandled.
      return (original.apply(this, args) as Promise<Response>).then(
        (response) => {
          tell(Input.RequestEnd, performance.now(), id, response.status || ABORTED);
          return response;
        },
        (error: unknown) => {
          tell(Input.RequestEnd, performance.now(), id, (error as Error | undefined)?.name === 'AbortError' ? ABORTED : 0);
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
      request.addEventListener('loadend', () => tell(Input.RequestEnd, performance.now(), id, aborted ? ABORTED : request.status), { once: true });
      tell(Input.RequestStart, performance.now(), id, +!isGesture());
      return original.apply(this, args);
    });

  ['pushState', 'replaceState'].forEach((name, how) =>
    wrap(history, name, (original) =>
      function (this: unknown, ...args) {
        const result = original.apply(this, args);
        navigated(how);
        return result;
      }));

  // Rules that scripts add or take are no mutation of any node.
  for (const name of ['insertRule', 'deleteRule', 'replaceSync', 'replace']) {
    before(globalThis.CSSStyleSheet?.prototype, name, () => {
      const at = performance.now();
      tell(Input.Mutation, at, number(at, document.documentElement), 1, CSSOM, -1);
    });
  }

  // Events of media inside shadow roots and outside the document reach no window.
  for (const name of ['play', 'pause']) {
    wrap(globalThis.HTMLMediaElement?.prototype, name, (original) =>
      function (this: unknown, ...args) {
        if (name === 'play') plays(this);
        if (!(this as Node).isConnected) tell(Input.Media, performance.now());
        return original.apply(this, args);
      });
  }
  before(globalThis, 'open', () => did(Effect.Window));
  before(navigator.clipboard, 'writeText', () => did(Effect.Clipboard));
  before(navigator.clipboard, 'write', () => did(Effect.Clipboard));
  for (const name of ['alert', 'confirm', 'prompt']) before(globalThis, name, () => did(Effect.Dialog));
  before(HTMLInputElement.prototype, 'showPicker', () => did(Effect.Picker));
  before(navigator, 'share', () => did(Effect.Share));

  return () => undo.forEach((each) => each());
}
