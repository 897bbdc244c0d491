// The recorder: what the Wasm is told, written down as a trace (FORMATS.md, Trace v1) for `unsnag replay`. Loaded when it
// is first needed. A trace has no text of the page, no value and no address: only templates, hashes and numbers.

import type { Recording } from '@unsnag/sdk';
import { CHANGE, Input, STATED, Told, type Sink } from './inputs';

/** An hour of lively use; a recording that goes on longer keeps its beginning. */
const MOST_LINES = 200_000;

/** The core's words, in the order of its numbers. */
const FLAGS = [
  'interactive', 'disabled', 'text_field', 'editable', 'canvas', 'link', 'label', 'stepper', 'pager', 'submit', 'download', 'new_tab',
];
const ARRIVALS = ['navigate', 'reload', 'back_forward', 'bfcache'];
const NAVIGATIONS = ['push', 'replace', 'pop', 'hash', 'leave'];
const POINTERS = ['pointer_down', 'pointer_up', 'click'];
const DEVICES = ['mouse', 'touch', 'pen'];
const KEYS = ['enter', 'escape', 'tab', 'delete', 'backspace', 'char', 'other'];
const MUTATED = ['childlist', 'attributes', 'text', 'cssom', 'value'];
const EFFECTS = ['open_window', 'download', 'clipboard', 'dialog', 'fullscreen', 'picker', 'share'];
const CAUSES = ['sync', 'promise', 'other'];
const FIELDS = ['focus', 'input', 'change', 'blur', 'paste', 'autofill', 'invalid', 'valid'];
const FORMS = ['submit', 'reset', 'removed', 'seen'];
const VIDEOS = [
  'add', 'play', 'playing', 'pause', 'seeking', 'seeked', 'time', 'rate', 'waiting', 'stalled', 'ended', 'error', 'volume',
  'visible', 'remove',
];
const TASKS = ['start', 'success', 'fail'];
/** Added to how a page came about where it cannot be seen. */
const HIDDEN = 4;

/** A line without its time. */
type Line = Record<string, unknown> & { k: string };

/** `input` as a line; the numbers are those of `inputs.rs`. */
function lineOf(kind: Input, element: number, a: number, b: number, c: number): Line | undefined {
  const el = element || null;
  switch (kind) {
    case Input.Key: return { k: 'key', el, key: KEYS[a], repeat: !!b };
    case Input.Mutation: return { k: 'mutation', el, n: a, what: MUTATED[b], ...(c >= 0 && { state: c }) };
    case Input.Toggle: return { k: 'toggle', el, open: !!a };
    case Input.Scroll: return { k: 'scroll', el, x: 0, y: c, ...(a >= 0 && { depth: Math.trunc(a) }) };
    case Input.Selection: return { k: 'selection', collapsed: !!a };
    case Input.Focus: return { k: 'focus', el };
    case Input.Blur: return { k: 'blur', el };
    case Input.Visibility: return { k: 'visibility', visible: !!a };
    case Input.Hide: return { k: 'page_hide', persisted: !!a, ...(b && { busy: true }) };
    case Input.Effect: return { k: EFFECTS[a]! };
    case Input.Media: return { k: 'media', el };
    case Input.RequestStart: return { k: 'request_start', id: element, ...(a && { by_itself: true }) };
    case Input.RequestEnd: return { k: 'request_end', id: element, status: a };
    case Input.Alert: return { k: 'alert', el };
    case Input.Help: return { k: 'help', el };
    case Input.Move: return { k: 'pointer_move', x: a, y: c };
    case Input.Swipe: return { k: 'swipe', el, dx: a, dy: c };
    default: return undefined;
  }
}

/** What is recorded. This file shares no module with the SDK: all of it is given. */
export interface Subject {
  sink: Sink;
  /** Has each element described once more before its next use. */
  describeAnew(): void;
  /** The page's zero, Unix ms. */
  origin: number;
  /** Those in force, over the defaults. */
  thresholds: object;
  /** The address shown now. */
  address: string;
  /** What may be told of an address. */
  template(address: string): string;
}

/** Records from now on. */
export function record({ sink, describeAnew, origin, thresholds, address, template }: Subject): Recording {
  const lines = [JSON.stringify({ trace: 1, time_origin: Math.trunc(origin), viewport: [innerWidth, innerHeight], thresholds })];
  let views = 0;
  const write = (at: number, line: Line): void => {
    // Times are whole ms, as the Wasm takes them.
    if (lines.length < MOST_LINES) lines.push(JSON.stringify({ t: Math.max(0, Math.trunc(at)), ...line }));
  };
  const page = (at: number, how: number, path: string): void => {
    write(at, { k: 'page', template: template(path), view: `v${++views}`, how: ARRIVALS[how % HIDDEN] });
    if (how >= HIDDEN) write(at, { k: 'visibility', visible: false });
  };

  const original: Sink = { ...sink };
  const listening: Sink = {
    element(at, el, parent, region, flags, text) {
      const [tag, role, ignore = ''] = text.split('\n');
      const said = FLAGS.filter((_, bit) => (flags >> bit) & 1);
      const opted = ignore.split(' ').filter(Boolean).map((word) => `ignore:${word}`);
      write(at, { k: 'element', el, parent: parent || null, tag, role, region: region || null, flags: [...said, ...opted] });
      original.element(at, el, parent, region, flags, text);
    },
    pointer(kind, at, el, x, y, button, detail, mods, device, trusted) {
      // A click that no button made has button -1; the Wasm takes it for 255.
      write(at, { k: POINTERS[kind]!, el, x, y, button: button & 255, detail, mods, pointer: DEVICES[device], trusted });
      original.pointer(kind, at, el, x, y, button, detail, mods, device, trusted);
    },
    input(kind, at, element, a, b, c) {
      const line = lineOf(kind, element, a, b, c);
      if (line) write(at, line);
      original.input(kind, at, element, a, b, c);
    },
    changes(at, all) {
      for (let i = 0; i < all.length; i += CHANGE) {
        const [el, n, what, state] = all.slice(i, i + CHANGE) as unknown as [number, number, number, number];
        write(at, { k: 'mutation', el, n, what: MUTATED[what % STATED], ...(what >= STATED && { state }) });
      }
      original.changes(at, all);
    },
    field(what, at, el, length, deleted, text) {
      const [form, field] = text.split('\n');
      const known = FIELDS[what];
      if (known) write(at, { k: 'field', el, form, field, what: known, ...(deleted < 0 ? { secret: true } : { length, deleted }) });
      else write(at, { k: 'form', form, what: FORMS[what - FIELDS.length] });
      original.field(what, at, el, length, deleted, text);
    },
    told(kind, at, n, text) {
      if (kind === Told.Page) page(at, n, text);
      else if (kind === Told.Navigate) write(at, { k: 'navigate', how: NAVIGATIONS[n], template: template(text) });
      else if (kind === Told.Error) {
        const [type, hash] = text.split('\n');
        write(at, { k: 'error', cause: CAUSES[n], class: type, hash });
      }
      original.told(kind, at, n, text);
    },
    video(at, el, what, position, length, rate, bits) {
      write(at, {
        k: 'video', el, what: VIDEOS[what], at: position, length: isFinite(length) ? length : null, rate,
        muted: !!(bits & 1), visible: !!(bits & 2), loop: !!(bits & 4), via: bits & 8 ? 'programmatic' : 'user', ready: bits >> 4,
      });
      original.video(at, el, what, position, length, rate, bits);
    },
    task(what, name) {
      write(performance.now(), { k: 'task', name, what: TASKS[what] });
      original.task(what, name);
    },
  };
  page(performance.now(), document.hidden ? HIDDEN : 0, address);
  describeAnew();
  Object.assign(sink, listening);

  return {
    stop() {
      if (sink.input === listening.input) Object.assign(sink, original);
      // What was due by now is decided in the replay too.
      write(performance.now(), { k: 'tick' });
      return `${lines.join('\n')}\n`;
    },
  };
}
