// Players: who watches them is loaded when the first one plays.

import { number } from './dom';
import { isByHand, timeOf } from './events';
import { sink } from './inputs';
import type { Player, PlayerOptions } from '@unsnag/sdk';

type Module = typeof import('./video');

let watcher: Promise<ReturnType<Module['watch']>> | undefined;
let failed: ((cause: unknown) => void) | undefined;

function load(run: (watcher: ReturnType<Module['watch']>) => void): void {
  if (!failed) return;
  watcher ??= (import('./video.js') as Promise<Module>).then(({ watch }) => watch({ number, timeOf, isByHand, tell: (...reading) => sink.video(...reading) }));
  const told = failed;
  watcher.then(run, told);
}

/** Something plays, or is about to. */
export function plays(element: unknown): void {
  if (element instanceof HTMLMediaElement) load(({ adopt }) => adopt(element));
}

/** A player that is no media element of this page. `call` runs once the Wasm does. */
export function player(call: (run: () => void) => void, options?: PlayerOptions): Player {
  const self: Player = {
    tell(what, reading) {
      const at = performance.now();
      call(() => load(({ foreign }) => foreign(self, options)(at, what, reading)));
    },
  };
  return self;
}

/** Looks for what plays already; the function that is returned ends it. `report` is told once of what did not load. */
export function openPlayers(report: (cause: unknown) => void): () => void {
  let reported = false;
  failed = (cause) => {
    if (!reported) report(cause);
    reported = true;
  };
  for (const each of document.querySelectorAll<HTMLMediaElement>('video,audio')) if (!each.paused) plays(each);
  return () => {
    failed = undefined;
    watcher?.then(({ close }) => close(), () => {});
    watcher = undefined;
  };
}
