// Help that may be shown: handed to the app, or to the renderer, which is loaded when it is first needed.

import * as wasm from './generated/unsnag.js';
import { disown } from './dom';
import { quietly } from './eyes';
import type { Action, ErrorCode, Intervention, Outcome } from '@unsnag/sdk';

export type Catalogue = {
  id: string; kind: string; text: string; actions: Action[]; placement: Intervention['placement'];
}[];

/** An intervention of an answer. */
export interface Offered {
  id: string;
  entry: string;
  slots: Record<string, string>;
  priority: string;
  held_out: boolean;
  expires_at: number;
  decision: string;
  /** Where it comes from another decision than the answer's. */
  signature?: string;
}

/** What the renderer is given. */
export interface View {
  text: string;
  actions: readonly Action[];
  placement: Intervention['placement'];
  /** When it is worth nothing any more, Unix ms. */
  until: number;
  /** Marks an element as the SDK's own. */
  own(element: Element): unknown;
  /** Changes the page without that counting as an answer. */
  quietly(change: () => void): void;
  /** Says what became of it. */
  tell(what: Outcome | 'shown'): void;
}

interface Hooks {
  /** Asks the app; `true` if it shows the help itself. */
  offer(intervention: Intervention): boolean;
  report(code: ErrorCode, message: string, cause?: unknown): void;
}

type Renderer = typeof import('./nudge');

/** How long a nudge stays when nobody touches it. */
const LASTS_MS = 5 * 60_000;
const CHANNEL = 'unsnag';

export class Helper {
  catalogue: Catalogue = [];
  private hooks: Hooks;
  private known = new Map<string, Offered>();
  private renderer: Promise<Renderer> | undefined;
  private takeAway: (() => void) | undefined;
  private channel: BroadcastChannel | undefined;

  constructor(hooks: Hooks) {
    this.hooks = hooks;
  }

  know(offered: Offered): void {
    this.known.set(offered.id, offered);
  }

  /** Loads the renderer, so that it is there when an answer comes. */
  prepare(): Promise<Renderer> {
    this.channel ??= this.join();
    this.renderer ??= import('./nudge.js') as Promise<Renderer>;
    // Tried anew the next time.
    this.renderer.catch(() => (this.renderer = undefined));
    return this.renderer;
  }

  prepareWhenIdle(): void {
    const idle = globalThis.requestIdleCallback ?? setTimeout;
    idle(() => void this.prepare());
  }

  show(id: string, entry: string, decision: string): void {
    const offered = this.known.get(id);
    const found = this.catalogue.find((each) => each.id === entry);
    const tell = (what: Outcome | 'shown'): void => {
      this.channel?.postMessage(what === 'shown');
      wasm.outcome(`${id}\n${what}`);
    };
    if (!found) {
      this.hooks.report('nudge_failed', `The catalogue has no entry ${entry}.`);
      tell('failed');
      return;
    }
    const text = found.text.replace(/\{(\w+)\}/g, (whole, slot: string) => offered?.slots[slot] ?? whole);
    const { actions, placement, kind } = found;
    const handled = this.hooks.offer({ id, entry, kind, text, actions, placement, decision, report: tell });
    if (handled) {
      tell('shown');
      return;
    }
    const view: View = {
      text,
      actions,
      placement,
      until: Date.now() + LASTS_MS,
      own: disown,
      quietly,
      tell,
    };
    this.prepare().then(
      (renderer) => (this.takeAway = renderer.render(view)),
      (cause: unknown) => {
        this.hooks.report('nudge_failed', 'The nudge could not be shown: nudge.js did not load.', cause);
        tell('failed');
      },
    );
  }

  /** Takes away what is shown, without a word to anybody. */
  close(): void {
    this.takeAway?.();
    this.channel?.close();
    this.channel = undefined;
  }

  /** One nudge at a time over all tabs of the site. */
  private join(): BroadcastChannel | undefined {
    if (!('BroadcastChannel' in globalThis)) return undefined;
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = (event) => wasm.elsewhere(event.data === true);
    addEventListener('pagehide', () => this.channel?.postMessage(false), { once: true });
    return channel;
  }
}

