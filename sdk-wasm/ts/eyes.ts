// The eyes: what the page tells by events and mutation records, read into plain numbers. What it means is judged in
// the Wasm.

import * as wasm from './generated/unsnag.js';
import { observe, observer as make } from './bridge';
import { forgetElements, helps, hit, number, REGION } from './dom';
import { acts, forgetEvents, hasActed, hearFrames, isOfClick, now, timeOf } from './events';
import * as forms from './forms';
import { plays } from './media';
import { pointerMoved } from './moves';
import { recorded } from './mutations';
import { busy, Cause, Effect, Input, sink, tell, together, Told, VALUE } from './inputs';
import { compareFields, forgetStates, hash, unwatch, valueOf, watch } from './states';

/** Scroll events of one burst: at most this often, since reading the depth may cost a layout. */
const SCROLL_EVERY_MS = 100;
/** Moves of the pointer: at most 20 a second are looked at. */
const MOVE_EVERY_MS = 50;
/** Frames whose documents are looked into; a page with more is made of frames. */
const MOST_FRAMES = 16;
/** A click here opens something of the browser's own, of which no event tells. */
const PICKER =
  'select,input:is([type=file],[type=color],[type^=date],[type=time],[type=month],[type=week])';
/** A click here leaves for another program or window. */
const OUTSIDE =
  'a[href^="mailto:"],a[href^="tel:"],a[href^="sms:"],a[target=_blank],form[target=_blank] :is(button,input):is([type=submit],:not([type]))';
/** A click on any of these does what nothing else tells of. */
const EFFECTS = `${PICKER},${OUTSIDE},a[download]`;

/** What says that the page is still at work. A bar that shows how much is done may stand for anything. */
const WAITING = '[aria-busy=true],[role=progressbar]:not([aria-valuenow]),progress:not([value])';

/** The core's `Key`, as far as keys have names; autofill makes events without one. */
const KEYS = ['Enter', 'Escape', 'Tab', 'Delete', 'Backspace'];
const CHARACTER = 5;
const OTHER = 6;
/** A finger that moved less than this tapped, CSS px; the core has its own threshold above it. */
const SWIPE_PX = 10;
/** The core's `NavigateHow`. */
const LEAVE = 4;
/** Added to how a page came about where it cannot be seen. */
const HIDDEN = 4;
/** Events of gestures of which nothing else is asked. */
const ACTS = ['mousedown', 'mouseup', 'dblclick', 'contextmenu'];
/** Anything else is a mouse. */
const DEVICES = ['touch', 'pen'];

let route: () => string;
/** The address that is shown, without its fragment. */
let shown: string;
const address = (): string => location.href.split('#')[0]!;
let resume: (then: () => void) => void;
let observer: MutationObserver;
/** Ends all listeners. */
let until: AbortSignal;
let roots: WeakSet<Node>;
/** What the newest pointer was: a click does not say so in every browser. */
let device = 0;
let scrolled = 0;
let moved = 0;
let selected = false;
let frames = 0;
/** The page lies in the browser's memory, or has not found its place in the session yet: what happens is nobody's. */
let away = false;
/** What the pointer went down on, until the click. */
let pressed: Element | undefined;
/** The newest gesture was to type: the caret goes with it. */
let typing = false;
/** Where the one finger is that is down, and on what. */
let finger: { x: number; y: number; target: Element } | undefined;

/** Tells of an element, unless it is not the page's. */
function tellOf(kind: Input, at: number, target: Element | undefined, a = 0, b = 0, c = 0): void {
  const element = target && number(at, target);
  if (element) tell(kind, at, element, a, b, c);
}

/** Sees into the open shadow roots around an element; each is observed once. */
function lookInto(element: Element): void {
  for (let root = element.getRootNode(); root instanceof ShadowRoot && !roots.has(root); root = root.host.getRootNode()) {
    roots.add(root);
    observe(observer, root);
    // These do not leave it.
    for (const name of ['change', 'submit', 'reset', 'invalid']) hear(root, name);
  }
}

function pointed(kind: Input, at: number, event: PointerEvent, target: Element): void {
  const isClick = kind === Input.Click;
  if (!isClick && !event.isPrimary) return;
  acts(event, isClick ? undefined : at);
  if (kind === Input.Down) {
    device = DEVICES.indexOf(event.pointerType) + 1;
    if (target !== event.target) lookInto(target);
  }
  // A click hits what was pressed, and as it was then.
  const element = kind === Input.Up || (isClick && target === pressed) ? number(at, target) : hit(at, target, event.clientX, event.clientY);
  if (isClick) pressed = undefined;
  if (!element) return;
  // What the click before this one changed is still its own; what this one's press changed is this one's.
  if (kind !== Input.Up) compareFields();
  if (kind === Input.Down) {
    pressed = target;
    typing = false;
    watch(target.closest(REGION) ?? document);
  }
  const mods = +event.shiftKey | (+event.ctrlKey << 1) | (+event.altKey << 2) | (+event.metaKey << 3);
  sink.pointer(kind, at, element, event.clientX, event.clientY, event.button, event.detail, mods, device, event.isTrusted);
  if (!isClick) return;
  busy(at);
  forms.act(at);
  // What a click does that nothing else tells of.
  if (helps(target)) tell(Input.Help, at, element);
  const control = target.closest(EFFECTS);
  if (control) tell(Input.Effect, at, 0, control.matches(PICKER) ? Effect.Picker : control.matches(OUTSIDE) ? Effect.Window : Effect.Download);
}

function scroll(at: number, target: Element | undefined): void {
  // What answers a click must not be missed; the rest is only depth.
  if (at - scrolled < SCROLL_EVERY_MS && !wasm.waiting(at)) return;
  scrolled = at;
  const { scrollTop, clientHeight, scrollHeight } = target ?? document.documentElement;
  if (target) tell(Input.Scroll, at, number(at, target), -1, 0, scrollTop);
  else tell(Input.Scroll, at, 0, Math.min(Math.max((scrollTop + clientHeight) * 100 / (scrollHeight || 1), 0), 100), 0, scrollTop);
}

/** Sees into a frame of the same origin; nobody sees into another. */
function enter(frame: HTMLIFrameElement): void {
  const inner = frame.contentDocument;
  if (!inner || frames++ >= MOST_FRAMES) return;
  hearFrames();
  observe(observer, inner);
  listen(frame.contentWindow!);
}

/** A finger came or went. Whether it swiped is known when it lifts. */
function touched(at: number, { type, touches, changedTouches: [touch] }: TouchEvent, target: Element | undefined): void {
  if (type === 'touchstart') {
    finger = touch && target && touches.length === 1 ? { x: touch.clientX, y: touch.clientY, target } : undefined;
  } else if (finger && touch && type === 'touchend') {
    const [dx, dy] = [touch.clientX - finger.x, touch.clientY - finger.y];
    const element = Math.hypot(dx, dy) >= SWIPE_PX ? hit(at, finger.target) : 0;
    if (element) tell(Input.Swipe, at, element, dx, 0, dy);
    finger = undefined;
  }
}

/** The page is about to be replaced: at once a click's answer, and no visitor's reload if a script said so. */
function going(at: number, { destination, downloadRequest, navigationType }: NavigateEvent): void {
  if (destination.sameDocument) return;
  if (navigationType === 'reload') sink.told(Told.Navigate, at, LEAVE, route());
  else tell(Input.Effect, at, 0, downloadRequest === null ? Effect.Window : Effect.Download);
}

/** Class and message of what was thrown; a page's own getter may throw. */
function thrown(at: number, cause: number, error: unknown, said?: string): void {
  let name: unknown;
  let message: unknown = error;
  try {
    ({ name, message = error } = error as Error);
  } catch {
    // It has none.
  }
  // Class names are identifiers; a longer one is somebody's text.
  const type = typeof name === 'string' && /^[a-z\d]{1,40}$/i.test(name) ? name : 'Error';
  // Unsalted: the same error has the same hash everywhere, which is what makes it findable.
  const text = said ?? (typeof message === 'string' ? message : '');
  const code = hash(text, 0).toString(16).padStart(8, '0');
  sink.told(Told.Error, at, cause, `${type}\n${code}`);
}

type Handler = (at: number, event: never, target: Element | undefined) => unknown;

const effect = (what: Effect): Handler => (at) => tell(Input.Effect, at, 0, what);
const pointer = (kind: Input): Handler => (at, event, target) => target && pointed(kind, at, event, target);
const seen = (kind: Input): Handler => (at, _, target) => tellOf(kind, at, target);
const went = (how: number): Handler => (at) => {
  shown = address();
  sink.told(Told.Navigate, at, how, route());
};

const HANDLERS: Record<string, Handler> = {
  pointerdown: pointer(Input.Down),
  pointerup: pointer(Input.Up),
  click: pointer(Input.Click),
  keydown(at, event: KeyboardEvent, target) {
    const { key, repeat, ctrlKey, metaKey } = event;
    const element = target ? number(at, target) : 0;
    // Keys inside the SDK's own nudge are not the page's.
    if (target && !element) return;
    acts(event, at);
    if (key === 'Enter' || key === 'Escape') {
      busy(at);
      forms.act(at);
    }
    const known = KEYS.indexOf(key);
    const isCharacter = known < 0 && [...(key ?? '--')].length === 1;
    typing = isCharacter && !ctrlKey && !metaKey;
    pressed = undefined;
    // One character stands for itself; the names of all other keys are words. Which letter it was is not told.
    tell(Input.Key, at, element, known >= 0 ? known : isCharacter ? CHARACTER : OTHER, +repeat);
  },
  scroll: (at, _, target) => scroll(at, target),
  selectionchange(at) {
    const collapsed = getSelection()?.isCollapsed ?? true;
    if (selected !== collapsed) return;
    selected = !collapsed;
    tell(Input.Selection, at, 0, +collapsed);
  },
  focusin(at, event: Event, target) {
    tellOf(Input.Focus, at, target);
    if (!target) return;
    if (target !== event.target) lookInto(target);
    forms.focused(at, target);
  },
  focusout: (at, _, target) => target && forms.left(at, target),
  invalid: (at, _, target) => target && forms.invalid(at, target),
  submit(at, event: Event, target) {
    acts(event);
    if (target) forms.submitted(at, target);
  },
  reset: (at, _, target) => target && forms.wasReset(at, target),
  // An element's blur is the other side of another's focus, and a frame of the page is no other window.
  blur: (at, _, target) => target || document.activeElement?.localName === 'iframe' || tell(Input.Blur, at),
  visibilitychange: (at) => tell(Input.Visibility, at, 0, +!document.hidden),
  pagehide(at, { persisted }: PageTransitionEvent) {
    away = persisted;
    const waits = [...document.querySelectorAll<HTMLElement>(WAITING)].some(({ offsetWidth }) => offsetWidth > 0);
    tell(Input.Hide, at, 0, +persisted, +waits);
  },
  pageshow: (_, { persisted }: PageTransitionEvent) =>
    persisted && resume(() => {
      away = false;
      arrive(now(), 3);
    }),
  pointermove: pointerMoved,
  touchstart: touched,
  touchend: touched,
  touchcancel: touched,
  navigate: going,
  load: (_, event: Event) => (event.target as Partial<Element>).localName === 'iframe' && enter(event.target as HTMLIFrameElement),
  // A step to another fragment of the same address is told of by both.
  popstate: (at) => address() !== shown && went(2)(at, undefined as never, undefined),
  hashchange: went(3),
  toggle: (at, _, target) => tellOf(Input.Toggle, at, target, +!!target?.hasAttribute('open')),
  input(at, event: InputEvent, target) {
    acts(event);
    if (!target) return;
    const changed = (): void => tellOf(Input.Mutation, at, target, 1, VALUE, valueOf(target));
    const typed = event.isTrusted && !!event.inputType;
    // What is typed into a field is told of as that alone, and no script's doing.
    if (typed) unwatch(target);
    else changed();
    if (!forms.edit(at, event, target) && typed) changed();
  },
  // An element of the page's own that says so changed as a field does.
  change(at, event: InputEvent, target) {
    acts(event);
    if (target && !forms.edit(at, event, target)) tellOf(Input.Mutation, at, target, 1, VALUE);
  },
  error(at, { message, filename, error }: ErrorEvent) {
    // The browser's own remark about layout is no error of anybody's, and extensions are not the page.
    if (/^ResizeObserver loop/.test(message) || /-extension:/.test(filename)) return;
    thrown(at, isOfClick() ? Cause.Sync : Cause.Other, error, message);
  },
  // Nothing but this gesture's chain is known to have begun since; a later gesture makes the next one its own.
  unhandledrejection: (at, event: PromiseRejectionEvent) =>
    // The page gave it up itself.
    (event.reason as Partial<Error> | undefined)?.name !== 'AbortError' && thrown(at, hasActed() ? Cause.Promise : Cause.Other, event.reason),
  fullscreenchange: effect(Effect.Fullscreen),
  beforeprint: effect(Effect.Dialog),
  copy: effect(Effect.Clipboard),
  play(at, _, target) {
    tellOf(Input.Media, at, target);
    plays(target);
  },
  pause: seen(Input.Media),
  volumechange: seen(Input.Media),
};

/** One event. `target` is given for events that were caught before the Wasm was there, whose path is gone. */
export function see(event: Event, target?: EventTarget): void {
  const { type } = event;
  // The caret goes with what is typed.
  if ((away && type !== 'pageshow') || (typing && type === 'selectionchange')) return;
  const at = timeOf(event);
  let first = (target ?? event.target) as Partial<Element> | null;
  // Seen from outside, what happens in a shadow root happens to its host.
  if (first?.shadowRoot && !target) first = event.composedPath()[0] as Partial<Element>;
  // Not `instanceof`: in a frame everything is of another realm.
  together(HANDLERS[type]!, at, event as never, first?.nodeType === Node.ELEMENT_NODE ? (first as Element) : undefined);
}

/** Most moves of the pointer are not looked at. */
function seeMove(event: Event): void {
  const { timeStamp } = event;
  if (Math.abs(timeStamp - moved) < MOVE_EVERY_MS) return;
  moved = timeStamp;
  see(event);
}

/** The page changed its address itself: 0 push, 1 replace. */
export function navigated(how: number): void {
  went(how)(now(), undefined as never, undefined);
  forms.mayGo();
}

/** A page view begins. `how`: 0 navigate, 1 reload, 2 back or forward, 3 restored from the browser's memory. */
export function arrive(at: number, how: number): void {
  sink.told(Told.Page, at, document.hidden ? how + HIDDEN : how, route());
  forms.arrived();
}

/** Does something that changes the page without that counting as an answer. */
export function quietly(change: () => void): void {
  settle(false);
  change();
  settle(true);
}

let depth = 0;
let parked: () => void;

/** What is changed from `false` to `true` is nobody's answer; what was changed before is told of at the end. */
export function settle(over: boolean): void {
  const records = observer.takeRecords();
  if (!over) {
    const at = now();
    if (!depth++) parked = () => recorded(records, at);
  } else if (!--depth) parked();
}

/** Listens until the Wasm ends, which holds the signal. */
const hear = (target: EventTarget, name: string, capture = true, call: (event: Event) => unknown = see): void =>
  target.addEventListener(name, call, { capture, passive: true, signal: until });

/** In the capture phase listeners miss nothing that the page stops. There a window also hears of images that fail to
 *  load; those are no script errors. */
function listen(window: Window): void {
  for (const name of Object.keys(HANDLERS)) hear(window, name, name !== 'error', name === 'pointermove' ? seeMove : see);
  for (const name of ACTS) hear(window, name, true, (event) => acts(event));
  hear(window, 'pointercancel', true, (event) => acts(event, event.timeStamp));
  // The page has answered; a click that it keeps from its window is looked after a while later.
  hear(window, 'click', false, forms.answered);
}

/**
 * Opens the eyes; the function that is returned closes them. `name` names the address shown; `again` is called when the
 * page comes back from the browser's memory, and calls back when the page view may begin.
 */
export function open(name: () => string, again: (then: () => void) => void): () => void {
  route = name;
  resume = again;
  shown = address();
  roots = new WeakSet();
  selected = away = typing = false;
  frames = 0;
  forgetEvents();
  forgetElements();
  forgetStates();
  forms.forgetForms();
  until = wasm.until()!;
  observer = make((records) => recorded(records));
  observe(observer, document);
  listen(window);
  // Where the browser tells of it, a page that is about to go is seen before it is gone.
  const { navigation } = window as Partial<Window>;
  if (navigation) hear(navigation, 'navigate', false);
  for (const frame of document.querySelectorAll('iframe')) enter(frame);
  return () => {
    observer.disconnect();
    forms.forgetForms();
  };
}
