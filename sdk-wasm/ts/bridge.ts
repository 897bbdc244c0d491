// What the Wasm calls. It imports this module by name; the loader fills in the functions before it starts the Wasm.

/** Kinds of `out`. */
export const enum Do {
  /** Send a batch, then call `answered`. The lines: its id, its body. */
  Post,
  /** Send a batch although the page goes. */
  Part,
  /** Keep this for the tab's next page, with the numbers of the next batch and event; an empty text forgets it. */
  Keep,
  /** A revision of a signal, as JSON. */
  Signal,
  /** Help may be shown now. The lines: its id, its entry, and the decision it comes from. */
  Show,
  /** The template that was asked for with `Told.Template`. */
  Name,
}

export interface Bridge {
  out(what: Do, text: string, seq: number, event: number): void;
  /** Callbacks follow (`false`) or are over (`true`): what they change on the page answers the SDK, not the visitor. */
  settle(over: boolean): void;
  /** Tell of fields whose values a script changed. */
  look(): void;
  /** Call `follow` once the page's script or the browser's callback is over. */
  later(): void;
}

export const bridge = {} as Bridge;

export const out: Bridge['out'] = (what, text, seq, event) => bridge.out(what, text, seq, event);
export const settle: Bridge['settle'] = (over) => bridge.settle(over);
export const look: Bridge['look'] = () => bridge.look();
export const later: Bridge['later'] = () => bridge.later();
export const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

// Zone.js keeps the browser's own under this name; its wrapper runs the app's change detection at every callback.
type Constructor = typeof MutationObserver;
const native = (): Constructor =>
  (globalThis as { __zone_symbol__MutationObserver?: Constructor }).__zone_symbol__MutationObserver ?? MutationObserver;

export const observer = (callback: MutationCallback): MutationObserver => new (native())(callback);
export const observe = (observer: MutationObserver, root: Node): void =>
  observer.observe(root, { attributes: true, characterData: true, childList: true, subtree: true });
