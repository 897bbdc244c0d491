// Forms as inputs: which field has the focus, how it is edited, what is refused, and when a form goes. Names are those
// the page gives, or hashes; what a field holds is never told, only how long it is, and of a secret not even that.

import { above, number } from './dom';
import { now } from './events';
import { Field, Input, rest, sink } from './inputs';
import { compareFields, hash } from './states';

const FIELD =
  'input:not([type=hidden],[type=button],[type=submit],[type=reset],[type=image]),select,textarea,[contenteditable=""],[contenteditable=true]';
const SECRET = '[type=password],[autocomplete*=cc-],[autocomplete*=one-time-code]';
const SWITCH = '[type=checkbox],[type=radio]';
/** What holds fields together where there is no form. */
const GROUP = 'form,[role=form],fieldset,[data-form],dialog,[role=dialog]';
/** In a forgiving list, since a browser knows one of them. */
const AUTOFILLED = ':is(:autofill,:-webkit-autofill)';
const REFUSED = '[aria-invalid=true],[aria-invalid=spelling],[aria-invalid=grammar]';
/** A name that a page gives, not one made of somebody's number. */
const NAME = /^(?!.*\d{5})[\w.:[\]-]{1,64}$/;

/** Elements of a form that are asked what they show. */
const MOST_SHOWN = 200;
/** Fields of one page or form that are told of as refused without an event. */
const MOST_REFUSED = 8;
/** Forms that are watched for going away. */
const MOST_FORMS = 4;
/** By then a page has shown what it refuses, and has put away what it closes, ms. */
const SHOWN_AFTER = 250;
/** A form that is in view for this long is seen, ms; as much of it as this, or as high as half of the window. */
const SEEN_AFTER = 1000;
const SEEN_PART = 0.5;
/** Forms that are looked for in one page. */
const MOST_SEEN = 16;
/** The browser refuses a submit in the task of its gesture; a check at another time is the page's own, ms. */
const AT_ONCE = 50;

let names: WeakMap<Element, string>;
/** Fields as they were when they got the focus. */
let known: WeakMap<Element, Known>;
let refused: WeakSet<Element>;
/** Red before anything was submitted: not an error. */
let red: WeakMap<Element, Set<Element>>;
/** Forms that were edited, each with what stands for it: itself, or fields without one. */
let edited: Map<string, Set<Element>>;
let acted = 0;
let check = 0;
let sight: IntersectionObserver | undefined;
/** Forms that were looked at, each with the timer that runs while it is in view. */
let looked: Map<Element, number>;

/** What is remembered of a field; a page may move it to another form, but hardly while somebody is in it. */
interface Known {
  group: Element | undefined;
  /** The form's name. */
  form: string;
  /** That, then the field's. */
  names: string;
  /** It is on or off: 1 or 0 long. */
  isSwitch: boolean;
  /** It is a secret, or was: a page may show a password as text. */
  secret: boolean;
  length: number;
}

export function forgetForms(): void {
  names = new WeakMap();
  known = new WeakMap();
  refused = new WeakSet();
  red = new WeakMap();
  edited = new Map();
  clearTimeout(check);
  check = 0;
  sight?.disconnect();
  sight = undefined;
  looked?.forEach((timer) => clearTimeout(timer));
  looked = new Map();
}

/** Forms came into view or left it. */
function seen(entries: IntersectionObserverEntry[]): void {
  for (const { target, intersectionRatio, intersectionRect } of entries) {
    clearTimeout(looked.get(target));
    if (intersectionRatio < SEEN_PART && intersectionRect.height < innerHeight * SEEN_PART) continue;
    looked.set(target, setTimeout(() => {
      sight!.unobserve(target);
      tellForm(Field.Seen, now(), formName(target));
    }, SEEN_AFTER) as unknown as number);
  }
}

/** Watches the forms that are there for coming into view. */
function lookForForms(): void {
  for (const [form, timer] of looked) {
    if (form.isConnected) continue;
    clearTimeout(timer);
    looked.delete(form);
  }
  for (const form of document.forms) {
    if (looked.has(form) || looked.size === MOST_SEEN) continue;
    looked.set(form, 0);
    sight ??= new IntersectionObserver(seen, { threshold: [0.1, 0.2, 0.3, 0.4, SEEN_PART] });
    sight.observe(form);
  }
}

/** The form of a field, or what stands for one, also around the shadow root it is in. */
function groupOf(field: Element): Element | undefined {
  const { form } = field as HTMLInputElement;
  if (form) return form;
  const found = field.closest(GROUP);
  if (found) return found;
  // Around the shadow root or frame that it is in.
  const { host, documentElement } = field.getRootNode() as Partial<ShadowRoot & Document>;
  const around = host ?? (documentElement && above(documentElement));
  return around ? groupOf(around) : undefined;
}

/** The page's name for a form or field, the same as long as it is there. */
function nameOf(element: Element, kind: 'form' | 'field', otherwise: () => string): string {
  let name = names.get(element);
  if (name === undefined) {
    const given = [`data-unsnag-${kind}`, 'name', 'id', 'data-form'].map((each) => element.getAttribute(each));
    name = given.find((each) => each && NAME.test(each)) ?? `#${hash(otherwise(), 0).toString(36)}`;
    names.set(element, name);
  }
  return name;
}

const formName = (group: Element | undefined): string =>
  group ? nameOf(group, 'form', () => `${group.localName}${[...document.querySelectorAll(GROUP)].indexOf(group)}`) : '';

const fieldName = (field: Element): string =>
  nameOf(field, 'field', () => {
    const { labels, type } = field as HTMLInputElement;
    return field.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? field.getAttribute('placeholder') ?? type;
  });

function lengthOf(field: Element, isSwitch: boolean): number {
  const input = field as HTMLInputElement;
  return isSwitch ? +input.checked : (input.value ?? field.textContent).length;
}

/** What is known of a field, read anew for one that somebody enters; nothing for what is none. */
function know(field: Element, anew = false): Known | undefined {
  const before = known.get(field);
  if (before && !anew) return before;
  if (!field.matches(FIELD)) return undefined;
  const group = groupOf(field);
  const form = formName(group);
  const names = `${form}\n${fieldName(field)}`;
  const isSwitch = field.matches(SWITCH);
  const made = { group, form, names, isSwitch, secret: !!before?.secret || field.matches(SECRET), length: lengthOf(field, isSwitch) };
  known.set(field, made);
  return made;
}

/** Tells of a field; an element that is none, or not the page's, is passed over. */
function tell(what: Field, at: number, field: Element, length = 0, deleted = 0): boolean {
  const found = know(field);
  if (!found) return false;
  const element = number(at, field);
  if (!element) return true;
  const secret = (found.secret ||= (field as HTMLInputElement).type === 'password');
  sink.field(what, at, element, secret ? 0 : length, secret ? -1 : deleted, found.names);
  return true;
}

const tellForm = (what: Field, at: number, name: string): void => sink.field(what, at, 0, 0, 0, name);

export const focused = (at: number, field: Element): unknown => know(field, true) && tell(Field.Focus, at, field);

/** An edit. What a script does to a field that nobody is in is as good as filled by the browser. */
export function edit(at: number, { type, inputType, data, isTrusted }: InputEvent, field: Element): boolean {
  // What was filled before anybody entered it was not typed.
  const before = known.get(field)?.length ?? 0;
  const found = know(field);
  if (!found) return false;
  const length = lengthOf(field, found.isSwitch);
  found.length = length;
  if (!isTrusted && (type === 'change' || field.matches(':focus'))) return true;
  const filled = !isTrusted || (type === 'input' && (!inputType || inputType === 'insertReplacementText') && field.matches(AUTOFILLED));
  const what = filled ? Field.Autofill
    : type === 'change' ? Field.Change
    : inputType === 'insertFromPaste' ? Field.Paste : Field.Input;
  if (!filled) watch(found.group ?? field, found.form);
  return tell(what, at, field, length, Math.max(before + (data?.length ?? 0) - length, 0));
}

/** Remembers what has to go for a form to be gone. */
function watch(part: Element, name: string): void {
  const parts = edited.get(name) ?? new Set();
  if (!edited.has(name)) {
    if (edited.size === MOST_FORMS) edited.delete([...edited.keys()][0]!);
    edited.set(name, parts);
  }
  if (parts.size < MOST_REFUSED) parts.add(part);
}

/** Whether it has a box; where the browser can say so, without measuring it. */
const isShown = (element: Element): boolean =>
  element.isConnected && ((element as Partial<Element>).checkVisibility?.() ?? element.getClientRects().length > 0);

/** A gesture's task is over: looks for how it answered where nothing tells. */
export function answered(): void {
  rest();
  compareFields();
}

/** Looks what became of a gesture: tells of forms that went away, unless one of the same name is in their place. */
function checkForms(): void {
  check = 0;
  answered();
  lookForForms();
  for (const [name, parts] of edited) {
    if ([...parts].some(isShown)) continue;
    edited.delete(name);
    const next = name && [...document.querySelectorAll(GROUP)].find((each) => isShown(each) && formName(each) === name);
    if (next) edited.set(name, new Set([next]));
    else tellForm(Field.Removed, now(), name);
  }
}

/** What of the forms whose end matters is so. */
function some(is: (part: Element) => boolean): boolean {
  for (const parts of edited.values()) for (const part of parts) if (is(part)) return true;
  return false;
}

/** Whether a change of this element's attributes may have hidden a form whose end matters. */
export const hides = (element: Element): boolean => some((part) => element.contains(part));

/** Whether something of such a form is no longer in the page. */
export const vanished = (): boolean => some((part) => !part.isConnected);

/** Something happened that may make a form go, or come. */
export function mayGo(): void {
  check ||= setTimeout(checkForms, SHOWN_AFTER) as unknown as number;
}

/** Somebody clicked or pressed Enter or Escape. */
export function act(at: number): void {
  acted = at;
  mayGo();
}

/** A native check failed. One that the page makes for itself while somebody types is not shown. */
export const invalid = (at: number, field: Element): unknown => at - acted < AT_ONCE && tell(Field.Invalid, at, field);

/** The page marks a field, or no longer. */
export function marked(at: number, field: Element): void {
  const is = field.matches(REFUSED);
  if (is) refused.add(field);
  else if (!refused.delete(field)) return;
  tell(is ? Field.Invalid : Field.Valid, at, field);
}

/** A page arrived: what a server refuses is marked in the page that it answers with, or a red alert tells of it. */
export function arrived(): void {
  const alert = [...document.querySelectorAll('[role=alert]')].find((each) => each.textContent!.trim() && isShown(each) && isRed(each));
  if (alert) sink.input(Input.Alert, now(), number(now(), alert), 0, 0, 0);
  lookForRefused(document);
  mayGo();
}

/** Tells of what is marked already. */
function lookForRefused(around: ParentNode): void {
  for (const field of [...around.querySelectorAll(REFUSED)].slice(0, MOST_REFUSED)) marked(now(), field);
}

/** Whether text is red, or its ground is: pale red is. */
function isRed(element: Element): boolean {
  const { color, backgroundColor } = getComputedStyle(element);
  return [color, backgroundColor].some((each, ground) => {
    const [r = 0, g = 0, b = 0, alpha = 1] = each.match(/[\d.]+/g)?.map(Number) ?? [];
    return alpha && r > 120 && r > (ground ? 1.1 : 1.6) * Math.max(g, b);
  });
}

/** Text that is shown in red. */
function reds(form: Element): Element[] {
  const leaves = [...form.querySelectorAll(':not(:has(*),button,input,option)')].slice(0, MOST_SHOWN);
  return leaves.filter((each) => each.textContent!.trim().length > 2 && isShown(each) && isRed(each));
}

/** A form is submitted: a while later the page has shown what it refuses, in whatever way. */
export function submitted(at: number, form: Element): void {
  tellForm(Field.Submit, at, formName(form));
  if (!red.has(form)) red.set(form, new Set(reds(form)));
  const usual = red.get(form)!;
  setTimeout(() => {
    if (!form.isConnected) return;
    lookForRefused(form);
    if (form.querySelector(REFUSED)) return;
    for (const each of reds(form).filter((each) => !usual.has(each)).slice(0, MOST_REFUSED)) {
      let field: Element | null = null;
      for (let around = each.parentElement; around && !field; around = around.parentElement) field = around.querySelector(FIELD);
      if (field) tell(Field.Invalid, now(), field);
    }
  }, SHOWN_AFTER);
}

export const wasReset = (at: number, form: Element): void => tellForm(Field.Reset, at, formName(form));
export const left = (at: number, field: Element): unknown => tell(Field.Blur, at, field);
