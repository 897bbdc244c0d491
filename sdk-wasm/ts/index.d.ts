/**
 * Unsnag notices when a visitor gets stuck and helps before they leave.
 *
 * ```ts
 * import { init } from '@unsnag/sdk';
 * const unsnag = init({ key: 'your-write-key', endpoint: 'https://unsnag.example.com', consent: 'granted' });
 * unsnag.onSignal((signal) => console.log(signal.kind, signal.grade));
 * ```
 */

/** What the visitor agreed to. */
export type Consent = 'pending' | 'granted' | 'denied';

/** What kind of frustration. */
export type SignalKind =
  | 'rage_click'
  | 'dead_click'
  | 'slow_click'
  | 'error_click'
  | 'disabled_click'
  | 'cursor_thrash'
  | 'keyboard_frustration'
  | 'dead_swipe'
  | 'quick_back'
  | 'scroll_hunt'
  | 'form_struggle'
  | 'form_abandon'
  | 'reload'
  | 'help_seeking'
  | 'video_struggle';

/** How sure a signal is. `retracted` takes an earlier revision of the same signal back. */
export type Grade = 'retracted' | 'suspected' | 'likely' | 'confirmed';

/** What a verdict rests on. */
export interface Evidence {
  /** Clicks of the chain, for kinds of clicks. */
  readonly clicks?: number;
  /** For other kinds, how often: presses of the key, swipes, turns of the pointer or of the scroller, submits, seeks. */
  readonly count?: number;
  /** From the first of them to the last, ms; for a page that was left, how long it was shown. */
  readonly span_ms: number;
  /** Clicks that the page answered each with a state of its own. */
  readonly distinct?: number;
  /** From the last click to the first answer, ms. */
  readonly first_answer_ms?: number;
  /** How an error is linked to the click. */
  readonly cause?: 'sync' | 'promise' | 'other';
  /** What would have counted as an answer. */
  readonly looked_for: readonly string[];
  /** What came. */
  readonly came: readonly string[];
}

/** One revision of a verdict. All revisions of one chain share `signal`. */
export interface Signal {
  /** The chain's id, unique within the session and tab. */
  readonly signal: string;
  readonly kind: SignalKind;
  readonly grade: Grade;
  /** 1 for the first. */
  readonly revision: number;
  /** Nothing further will be said of this chain. */
  readonly final: boolean;
  /** When, in ms since the page began (`performance.now()`). */
  readonly at: number;
  readonly evidence: Evidence;
  /** Why this candidate was not raised; `null` for a signal that counts. */
  readonly suppressed_by: string | null;
}

/** A button of a nudge. */
export interface Action {
  readonly id: string;
  readonly label: string;
  /** Where it leads: a path of this site or an `https` address. `null` leaves it to the page. */
  readonly href: string | null;
}

/** What became of help. */
export type Outcome = 'clicked' | 'dismissed' | 'expired' | 'failed';

/** Help that may be shown now. */
export interface Intervention {
  readonly id: string;
  /** The catalogue entry it shows. */
  readonly entry: string;
  readonly kind: string;
  /** Plain text, with its slots filled. */
  readonly text: string;
  /** At most three. */
  readonly actions: readonly Action[];
  readonly placement: 'corner' | 'top' | 'centre';
  /** The decision it comes from. */
  readonly decision: string;
  /** For an app that renders the help itself: says what became of it, once. */
  report(outcome: Outcome): void;
}

/** A threshold's value: a number (ms, CSS px or a count), a switch, a word, or a set of words. */
export type Threshold = number | boolean | string | readonly string[];

export interface Options {
  /** The write key. It is public. */
  key: string;
  /** Origin of the collector or edge worker: `https://unsnag.example.com`. */
  endpoint: string;
  /**
   * `pending` (default) detects in memory, sends nothing and stores nothing. `granted` works fully. `denied` stops and
   * drops everything, as does the browser's Global Privacy Control whatever is given here.
   */
  consent?: Consent;
  /** Where `unsnag.wasm` lies. Default: beside this module or script. */
  wasmUrl?: string | URL;
  /** Thresholds by rule and name, over those of the host: `{ rage_click: { clicks: 4 } }`. */
  thresholds?: Readonly<Record<string, Readonly<Record<string, Threshold>>>>;
  /**
   * Whether help that is decided later may come by a WebSocket while the session is at risk. Default `true`; it needs the
   * endpoint in `connect-src` with `wss:`. Without it, such help comes with the next answer.
   */
  live?: boolean;
  /** Whether the visitor may be recognised in later visits, by an id in local storage. Default `true`; needs consent. */
  visitor?: boolean;
  /**
   * Names for addresses, where the automatic ones (`/order/:id`) do not fit. In `/shop/:sku`, `:sku` stands for any one
   * segment; the first route that fits is taken.
   */
  routes?: readonly string[];
  /** Told of what went wrong while running; the page is never disturbed by it. */
  onError?: (error: UnsnagError) => void;
}

/** A task of the app's, such as a checkout. A task that succeeds within 10 minutes after help was helped. */
export interface Task {
  start(): void;
  success(): void;
  fail(): void;
}

/** What a player did: the names of media elements' events, with `time` for `timeupdate`, `rate` and `volume` for the changes. */
export type PlayerEvent =
  | 'add'
  | 'play'
  | 'playing'
  | 'pause'
  | 'seeking'
  | 'seeked'
  | 'time'
  | 'rate'
  | 'waiting'
  | 'ended'
  | 'error'
  | 'volume'
  | 'visible'
  | 'remove';

/** What a player is at: what is left out is as it was before. */
export interface PlayerReading {
  /** Position in the content, s. */
  at?: number;
  /** Length of the content, s; `null` for a live stream. */
  length?: number | null;
  /** Playback rate. Default 1. */
  rate?: number;
  muted?: boolean;
  /** At least half of it is to be seen. Looked for by itself where the player was given an element. */
  visible?: boolean;
  /** It begins again by itself. */
  loop?: boolean;
  /** Whose jump it is. Default: the visitor's within a second of a gesture on the page, else a script's. */
  via?: 'user' | 'programmatic' | undefined;
}

export interface PlayerOptions {
  /** What shows the player: an iframe or a container. Its `data-unsnag-ignore` counts, and whether it is in view. */
  element?: Element;
  /** Length of the content where it is known already, s. */
  length?: number | null;
}

/**
 * A player that is no media element of this page, such as a YouTube or Vimeo iframe. Media elements are watched by
 * themselves. Tell `time` about four times a second while it plays: what no reading proves is not counted.
 */
export interface Player {
  tell(what: PlayerEvent, reading?: PlayerReading): void;
}

/** Properties of a custom event: flat, at most 16. */
export type Props = Readonly<Record<string, string | number | boolean | null>>;

/** A recording of what the SDK observes, to be replayed: `unsnag replay TRACE`. */
export interface Recording {
  /**
   * Ends it and returns the trace, JSON Lines. It holds no text of the page, no value and no address, only roles,
   * templates, hashes and numbers, so it can be sent with a report of a false alarm.
   */
  stop(): string;
}

/** Under which names hosts know this page's visitor. */
export interface Identity {
  readonly session: string;
  /** `null` where visitors are not recognised in later visits. */
  readonly visitor: string | null;
}

export interface Unsnag {
  /** Resolves once the SDK runs, or is off by consent; rejects with an {@link UnsnagError} if it cannot run here. */
  readonly ready: Promise<void>;
  /**
   * The session and the visitor as hosts know them, so that your own systems know whom help is for. `null` without
   * consent.
   */
  readonly identity: Identity | null;
  /** Calls back for every revision of a signal, in the same task. Returns a function that ends this. */
  onSignal(callback: (signal: Signal) => void): () => void;
  /** Calls back when help may be shown now. Return `true` to show it yourself. Returns a function that ends this. */
  onIntervention(callback: (intervention: Intervention) => boolean | void): () => void;
  /** A task by its name: 1 to 64 letters, digits, `-`, `_`, `.` or `:`. */
  task(name: string): Task;
  /** Says that the visitor asked for help. Elements marked `data-unsnag-help` do so by themselves. */
  help(): void;
  /** A player that is no media element of this page, to be told of by you. */
  player(options?: PlayerOptions): Player;
  /** Sends an event of your own. Put nothing personal in it. */
  track(name: string, props?: Props): void;
  /** Records from now on, in memory; loads `debug.js`. Nothing of it leaves the page by itself. */
  record(): Promise<Recording>;
  /** Changes what the visitor agreed to. */
  consent(consent: Consent): void;
  /** Sends what waits, removes every listener, restores every wrapped function. `init` may be called again after it. */
  shutdown(): void;
}

export type ErrorCode =
  | 'not_initialised'
  | 'invalid_option'
  | 'thresholds_failed'
  | 'invalid_name'
  | 'invalid_props'
  | 'wasm_unavailable'
  | 'callback_failed'
  | 'batch_refused'
  | 'nudge_failed'
  | 'video_failed';

/** What the SDK throws and reports. Depend on `code`, not on the message. */
export declare class UnsnagError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, cause?: unknown);
}

/** Starts the SDK. A second call returns the first one's SDK. On a server it does nothing until the page runs. */
export declare function init(options: Options): Unsnag;

/** The running SDK; throws `not_initialised` before `init`. */
export declare function current(): Unsnag;
