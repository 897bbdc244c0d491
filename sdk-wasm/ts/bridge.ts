// What the Wasm calls. It imports this module by name; the loader fills in the functions before it starts the Wasm.

export interface Bridge {
  /** A revision of a signal, as JSON. */
  signal(json: string): void;
  /** Help may be shown now; `decision` belongs to it. */
  show(id: string, entry: string, decision: string): void;
  /** Send this batch, then call `answered`. */
  post(id: string, body: string): void;
  /** Send this batch although the page goes. */
  part(body: string): void;
  /** Keep this for the tab's next page; an empty state forgets it. */
  keep(state: string, seq: number, event: number): void;
  /** The name of the address shown. */
  route(): string;
}

export const bridge = {} as Bridge;

export const signal = (json: string): void => bridge.signal(json);
export const show = (id: string, entry: string, decision: string): void => bridge.show(id, entry, decision);
export const post = (id: string, body: string): void => bridge.post(id, body);
export const part = (body: string): void => bridge.part(body);
export const keep = (state: string, seq: number, event: number): void => bridge.keep(state, seq, event);
export const route = (): string => bridge.route();
export const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

// Zone.js keeps the browser's own under this name; its wrapper runs the app's change detection at every callback.
type Constructor = typeof MutationObserver;
const native = (): Constructor =>
  (globalThis as { __zone_symbol__MutationObserver?: Constructor }).__zone_symbol__MutationObserver ?? MutationObserver;

export const observer = (callback: MutationCallback): MutationObserver => new (native())(callback);
export const observe = (observer: MutationObserver, root: Node): void =>
  observer.observe(root, { attributes: true, characterData: true, childList: true, subtree: true });
