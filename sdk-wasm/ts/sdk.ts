// The public surface: one SDK for the page, from `init` to `shutdown`.

import * as wasm from './generated/unsnag.js';
import { bridge, Do } from './bridge';
import { describeAnew } from './dom';
import { early } from './early';
import { UnsnagError } from './error';
import { arrive, open, settle } from './eyes';
import { Helper, type Catalogue, type Offered } from './helper';
import { install } from './hooks';
import { Input, later, sink, tell, Told } from './inputs';
import { load } from './load';
import type { Channel } from './nudge-live';
import { openPlayers, player } from './media';
import { compareFields, hash } from './states';
import { forget, keepSession, newId, takeSession, visitor } from './store';
import type {
  Consent, ErrorCode, Identity, Intervention, Options, Props, Signal, Task, Threshold, Unsnag,
} from '@unsnag/sdk';
import * as transport from './transport';

/** FORMATS.md, Configuration v1, as far as the page uses it. */
interface Configuration {
  etag: string;
  kill: boolean;
  sampling: number;
  thresholds: Record<string, Record<string, Threshold>>;
  rules: {
    id: string; signal: string; min_grade: string; level?: string | null; template?: string | null;
    entry: string; priority: string; experiment?: string | null;
  }[];
  catalogue: Catalogue;
  experiments: { id: string; holdout_basis_points: number }[];
}

/** FORMATS.md, Answer v1, as far as the page uses it. */
interface Answer {
  server_time: number;
  accepted: number;
  dropped: { code: string }[];
  risk: { level: string };
  decision: { signature: string };
  interventions: Offered[];
  live?: { token: string; until: number } | null;
}

/** Calls that wait for the Wasm; a page that makes more before it is there has a loop. */
const MOST_WAITING = 200;
const NAME = /^[\w.:-]{1,64}$/;
const MOST_PROPS = 16;
const MOST_TEXT = 512;
/** How often and how long a page that is back looks for what the page after it kept. */
const RETURN_TRIES = 20;
const RETURN_EVERY_MS = 25;
/** Sessions are sampled by this many parts. */
const WHOLE = 10_000;
/** A page that stays open looks at its configuration again after this time, with the next answer: help may be off by then. */
const CONFIGURED_FOR_MS = 300_000;
const CONSENTS = ['pending', 'granted', 'denied'];

let running: Unsnag | undefined;
let loaded: Promise<void> | undefined;

export function current(): Unsnag {
  if (!running) throw new UnsnagError('not_initialised', 'Call init({ key, endpoint }) first.');
  return running;
}

export function init(options: Options, wasmUrl: () => URL): Unsnag {
  return (running ??= create(options, wasmUrl));
}

function check(options: Options): void {
  const wrong = (name: string, what: string): never => {
    throw new UnsnagError('invalid_option', `Option ${name} ${what}.`);
  };
  if (!NAME.test(options?.key ?? '')) wrong('key', 'must be the write key of this site');
  if (!/^https?:\/\/[^/?#]+\/?$/.test(options.endpoint)) wrong('endpoint', 'must be an origin such as https://unsnag.example.com');
  if (options.consent && !CONSENTS.includes(options.consent)) wrong('consent', `must be one of ${CONSENTS.join(', ')}`);
}

function name(text: string): string {
  if (!NAME.test(text)) throw new UnsnagError('invalid_name', 'A name has 1 to 64 letters, digits or -_.:');
  return text;
}

function flat(props: Props): string {
  const values = Object.values(props);
  const fits = (value: unknown): boolean =>
    value === null || typeof value === 'boolean' || (typeof value === 'number' && isFinite(value)) ||
    (typeof value === 'string' && value.length <= MOST_TEXT / 3);
  if (values.length > MOST_PROPS || !values.every(fits)) {
    throw new UnsnagError('invalid_props', 'Props are flat: at most 16 texts of up to 170 characters, numbers, booleans or nulls.');
  }
  return JSON.stringify(props);
}

type Overrides = Options['thresholds'];
type Read = ReturnType<typeof import('./thresholds').read>;

/** Overrides of thresholds as the Wasm takes them. Few pages have any, so what knows the names is loaded for those. */
async function readThresholds(...all: Overrides[]): Promise<Read[]> {
  const given = all.filter((each) => each && Object.keys(each).length) as NonNullable<Overrides>[];
  if (!given.length) return [];
  const { read } = await (import('./thresholds.js') as Promise<typeof import('./thresholds')>);
  return given.map(read);
}

function setThresholds(all: Read[]): void {
  for (const { set } of all) for (const [number, value] of set) wasm.threshold(number, value);
}

/** The first route that fits an address, or the address's path. */
function route(routes: readonly string[] = []): string {
  const path = location.pathname;
  const parts = path.split('/');
  const fits = (each: string): boolean => {
    const names = each.split('/');
    return names.length === parts.length && names.every((part, i) => part[0] === ':' || part === parts[i]);
  };
  return routes.find(fits) ?? path;
}

function arrival(): number {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return Math.max(['navigate', 'reload', 'back_forward'].indexOf(entry?.type ?? ''), 0);
}

function create(options: Options, wasmUrl: () => URL): Unsnag {
  check(options);
  const base = `${options.endpoint.replace(/\/$/, '')}/v1/`;
  const url = (route: string): string => `${base}${route}?key=${options.key}`;
  const onServer = typeof document === 'undefined';
  const signalCallbacks = new Set<(signal: Signal) => void>();
  const helpCallbacks = new Set<(intervention: Intervention) => boolean | void>();

  /** No longer wanted, for good. */
  let over = onServer;
  /** The Wasm runs. */
  let live = false;
  /** It is back and has not found its place in the session yet: what is numbered now would be numbered twice. */
  let returning = false;
  /** Counts starts and stops: a start that was overtaken while it loaded does nothing more. */
  let turn = 0;
  let starting: Promise<void> | undefined;
  let waiting: (() => void)[] = [];
  let session = newIdOnPage();
  let identity: Identity | null = null;
  let tab = newIdOnPage();
  let began = 0;
  let takeOff: (() => void) | undefined;
  let closePlayers: (() => void) | undefined;
  let close: (() => void) | undefined;
  let channel: Promise<Channel | undefined> | undefined;
  /** When the configuration was asked for last, Unix ms. */
  let configured = 0;
  /** How far the host's clock is ahead of the page's, ms. */
  let ahead = 0;
  /** The newest template that the Wasm was asked for. */
  let named = '';
  /** Thresholds over the defaults, by rule. */
  let overrides: Record<string, object> = {};
  let agreed: Consent = effective(options.consent ?? 'pending');

  function newIdOnPage(): string {
    return onServer ? '' : newId();
  }

  function effective(consent: Consent): Consent {
    const gpc = !onServer && (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
    return gpc ? 'denied' : consent;
  }

  function report(code: ErrorCode, message: string, cause?: unknown): void {
    const error = new UnsnagError(code, message, cause);
    if (options.onError) guarded(() => options.onError?.(error));
    else console.warn('unsnag:', error);
  }

  /** The page's callbacks may throw; that is theirs, and must not stop the SDK. */
  function guarded<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      // Thrown in a task of its own, where the page's own error handling sees it.
      setTimeout(() => {
        throw error;
      });
      return undefined;
    }
  }

  const helper = new Helper({
    offer: (intervention) => [...helpCallbacks].some((each) => guarded(() => each(intervention)) === true),
    report,
  });

  function signalled(json: string): void {
    const signal = JSON.parse(json) as Signal;
    if (agreed === 'granted' && !signal.suppressed_by && signal.grade !== 'suspected') helper.prepare();
    for (const each of [...signalCallbacks]) guarded(() => each(signal));
  }

  Object.assign(bridge, {
    out(what: Do, text: string, seq: number, event: number) {
      const [first, second, third] = text.split('\n') as [string, string, string];
      if (what === Do.Signal) signalled(text);
      else if (what === Do.Show) helper.show(first, second, third);
      else if (what === Do.Post) void send(first, second);
      else if (what === Do.Part) transport.part(url('batch'), text);
      else if (what === Do.Name) named = text;
      else keepSession({ session, tab, began, kept: Date.now(), state: text, seq, event });
    },
    settle,
    look: compareFields,
    later,
  });

  async function send(id: string, body: string): Promise<void> {
    let status = 0;
    let wait = 0;
    let answer: Answer | undefined;
    try {
      const response = await transport.post(url('batch'), body);
      status = response.status;
      wait = Number(response.headers.get('retry-after')) * 1000 || 0;
      if (response.ok) answer = (await response.json()) as Answer;
      else if (status < 500 && status !== 408 && status !== 429) report('batch_refused', `The host refused a batch: ${await response.text()}`);
    } catch {
      // No network, or no whole answer: the batch goes again.
      status = 0;
    }
    if (over || agreed !== 'granted') return;
    const late = !!answer && !answer.accepted && answer.dropped.length > 0 && answer.dropped.every((each) => each.code.startsWith('time_'));
    wasm.answered(status, wait, answer?.server_time ?? 0, late, `${id}\n${answer?.risk.level ?? ''}`);
    if (!answer) return;
    ahead = answer.server_time - Date.now();
    if (Date.now() - configured > CONFIGURED_FOR_MS) void configure();
    for (const offered of answer.interventions) take(offered, offered.signature ?? answer.decision.signature);
    follow(answer.live);
  }

  /** Takes an offer of a host's, with the signature under the decision that it comes from. */
  function take(offered: Offered, signature: string): void {
    if (over || !live || agreed !== 'granted') return;
    helper.know(offered);
    const { id, entry, priority, decision } = offered;
    // Its end is told by the host's clock.
    wasm.offer(offered.held_out, offered.expires_at - ahead, [id, entry, priority, decision, signature].join('\n'));
  }

  /** Opens the live channel, keeps it open, or closes it, as the newest answer has it. */
  function follow(token: Answer['live']): void {
    if (token && options.live !== false) {
      channel ??= (import('./nudge-live.js') as Promise<typeof import('./nudge-live')>).then(
        ({ open: openChannel }) => openChannel(`${base.replace(/^http/, 'ws')}live?token=`, take),
        // Interventions ride on the answers instead.
        () => undefined,
      );
    }
    void channel?.then((opened) => opened?.follow(token ? { token: token.token, until: token.until - ahead } : undefined));
  }

  /** Thresholds as the Wasm takes them; the defaults where what knows their names cannot be loaded. */
  async function thresholdsOf(...all: Overrides[]): Promise<Read[]> {
    try {
      return await readThresholds(...all);
    } catch (cause) {
      report('thresholds_failed', 'Thresholds are the defaults: thresholds.js did not load.', cause);
      return [];
    }
  }

  async function configure(): Promise<void> {
    let found: Configuration | undefined;
    configured = Date.now();
    try {
      found = await transport.read<Configuration>(url('config'));
    } catch {
      // The host cannot be reached: detection goes on with the defaults, and batches wait.
    }
    const thresholds = await thresholdsOf(found?.thresholds, options.thresholds);
    if (!found || over || agreed !== 'granted') return;
    wasm.configure(found.kill, hash(session, 0) % WHOLE < found.sampling * WHOLE, found.etag);
    setThresholds(thresholds);
    for (const rules of [found.thresholds, options.thresholds ?? {}]) {
      for (const [rule, fields] of Object.entries(rules)) overrides[rule] = { ...overrides[rule], ...fields };
    }
    for (const r of found.rules) {
      wasm.rule([r.id, r.signal, r.min_grade, r.level, r.template, r.entry, r.priority, r.experiment].join('\n'));
      if (!r.level) helper.prepareWhenIdle();
    }
    for (const e of found.experiments) wasm.experiment(e.holdout_basis_points, e.id);
    helper.catalogue = found.catalogue;
  }

  function grant(isNewSession: boolean): void {
    const now = Date.now();
    began ||= now;
    const [id, sessions] = options.visitor === false ? [undefined, 0] : visitor(now, isNewSession);
    wasm.grant(sessions, [session, tab, id].join('\n'));
    identity = { session, visitor: id ?? null };
    void configure();
  }

  const address = (): string => route(options.routes);

  /**
   * The page is back from the browser's memory: the session went on without it. The page that was left runs in another
   * process, perhaps, and what it keeps is seen a little later.
   */
  function again(then: () => void, tries = RETURN_TRIES): void {
    const mine = turn;
    returning = true;
    const kept = agreed === 'granted' ? takeSession(Date.now()) : undefined;
    if (kept?.tab === tab) wasm.resume(kept.seq, kept.event, kept.state);
    else if (agreed === 'granted' && tries) {
      setTimeout(() => mine === turn && again(then, tries - 1), RETURN_EVERY_MS);
      return;
    }
    returning = false;
    then();
    for (const each of waiting.splice(0)) each();
  }

  /** What may be told of an address. */
  function template(address: string): string {
    wasm.told(Told.Template, 0, 0, address);
    return named;
  }

  async function start(): Promise<void> {
    const mine = ++turn;
    const caught = early();
    try {
      await (loaded ??= load(options.wasmUrl ?? wasmUrl()));
    } catch (cause) {
      caught.drop();
      waiting = [];
      over = true;
      const error = new UnsnagError('wasm_unavailable', 'Unsnag is off: its Wasm could not be loaded or is not allowed here (script-src needs wasm-unsafe-eval).', cause);
      console.warn(`unsnag: ${error.message}`);
      if (options.onError) guarded(() => options.onError?.(error));
      throw error;
    }
    const thresholds = await thresholdsOf(options.thresholds);
    if (mine !== turn) {
      caught.drop();
      return;
    }
    // Before consent nothing is read from storage either.
    const kept = agreed === 'granted' ? takeSession(Date.now()) : undefined;
    if (kept) ({ session, tab, began } = kept);
    wasm.start(Date.now() - performance.now(), innerHeight, kept?.seq ?? 0, kept?.event ?? 0, [session, tab, '', kept?.state].join('\n'));
    close = open(address, again);
    overrides = { ...options.thresholds };
    arrive(performance.now(), arrival());
    setThresholds(thresholds);
    const bad = thresholds[0]?.bad;
    if (bad) report('invalid_option', `Threshold ${bad} does not exist or does not take this value.`);
    live = true;
    caught.hand();
    takeOff = install();
    closePlayers = openPlayers((cause) => report('video_failed', 'Players are not watched: video.js did not load.', cause));
    if (agreed === 'granted') grant(!kept);
    else console.info('unsnag: waiting for consent; nothing is sent or stored until then.');
    for (const each of waiting.splice(0)) each();
  }

  /** Drops everything; it may start again. */
  function halt(): void {
    identity = null;
    close?.();
    close = undefined;
    if (live) wasm.stop();
    live = returning = false;
    turn++;
    starting = undefined;
    waiting = [];
    takeOff?.();
    closePlayers?.();
    takeOff = closePlayers = undefined;
    void channel?.then((opened) => opened?.close());
    channel = undefined;
    helper.close();
  }

  function begin(): Promise<void> {
    if (over || agreed === 'denied') return Promise.resolve();
    starting ??= start();
    // Whoever does not wait for it was told on the console.
    starting.catch(() => {});
    return starting;
  }

  function call(run: () => void): void {
    if (live && !returning) run();
    else if (!over && agreed !== 'denied' && waiting.length < MOST_WAITING) waiting.push(run);
  }

  const sdk: Unsnag = {
    ready: begin(),
    get identity() {
      return identity;
    },
    onSignal(callback) {
      signalCallbacks.add(callback);
      return () => void signalCallbacks.delete(callback);
    },
    onIntervention(callback) {
      helpCallbacks.add(callback);
      return () => void helpCallbacks.delete(callback);
    },
    task(taskName): Task {
      name(taskName);
      const tell = (what: number) => () => call(() => sink.task(what, taskName));
      return { start: tell(0), success: tell(1), fail: tell(2) };
    },
    player: (playerOptions) => player(call, playerOptions),
    help: () => call(() => tell(Input.Help, performance.now())),
    track(eventName, props = {}) {
      name(eventName);
      const json = flat(props);
      call(() => wasm.track(`${eventName}\n${json}`));
    },
    async record() {
      await sdk.ready;
      if (!live) throw new UnsnagError('not_initialised', 'Nothing can be recorded: the SDK is off.');
      const { record } = await (import('./debug.js') as Promise<typeof import('./debug')>);
      return record({ sink, describeAnew, origin: Date.now() - performance.now(), thresholds: overrides, address: address(), template });
    },
    consent(consent) {
      const before = agreed;
      agreed = effective(consent);
      if (over || agreed === before) return;
      if (agreed === 'denied') {
        halt();
        forget();
        return;
      }
      if (agreed === 'granted' && live) grant(true);
      else if (agreed === 'pending' && live) {
        // Nothing of what was agreed to before stays.
        halt();
        forget();
        void begin();
      } else void begin();
    },
    shutdown() {
      if (running === sdk) running = undefined;
      if (over) return;
      if (live) wasm.leave();
      over = true;
      halt();
      signalCallbacks.clear();
      helpCallbacks.clear();
    },
  };
  return sdk;
}
