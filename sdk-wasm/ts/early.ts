// What the visitor does while the Wasm is on its way: kept with its time, bounded, handed over in order.

import { observe, observer } from './bridge';
import { see } from './eyes';
import { recorded } from './mutations';

/** More than a person does in the time that a script loads. */
const MOST = 200;
const POINTER = ['pointerdown', 'pointerup', 'click'];

export interface Early {
  /** Stops, and gives what was kept to the Wasm. */
  hand(): void;
  /** Stops, and forgets it. */
  drop(): void;
}

export function early(): Early {
  let kept: (() => void)[] = [];
  let watching: MutationObserver | undefined;
  const keep = (what: () => void): void => {
    if (kept.length < MOST) kept.push(what);
  };
  const hear = (event: Event): void => {
    const [target] = event.composedPath();
    if (!(target instanceof Element)) return;
    keep(() => see(event, target));
    // Before the first gesture nothing on the page can be an answer to one.
    if (!watching) {
      watching = observer((records) => {
        const at = performance.now();
        keep(() => recorded(records, at));
      });
      observe(watching, document);
    }
  };
  const options = { capture: true, passive: true };
  for (const name of POINTER) addEventListener(name, hear, options);

  const drop = (): void => {
    for (const name of POINTER) removeEventListener(name, hear, options);
    const last = watching?.takeRecords() ?? [];
    watching?.disconnect();
    if (last.length) {
      const at = performance.now();
      keep(() => recorded(last, at));
    }
  };
  return {
    hand() {
      drop();
      kept.forEach((each) => each());
      kept = [];
    },
    drop() {
      drop();
      kept = [];
    },
  };
}
