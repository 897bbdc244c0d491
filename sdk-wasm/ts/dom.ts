// Elements as numbers: each is described to the Wasm before its first use, with what lies around it. What a
// description means is judged there.

import { sink } from './inputs';

/** Ancestors described with an element; what lies further out is found by the browser. */
const MOST_ANCESTORS = 16;
/** Numbers that the Wasm still knows for certain (`api.rs` checks this one). An older element gets a new number. */
const WINDOW = 512;

const IGNORE = 'data-unsnag-ignore';
/** Clickable by what it says it is. */
const INTERACTIVE =
  'a[href],area[href],button,input:not([type=hidden]),select,textarea,summary,label,option,[onclick],[tabindex]:not([tabindex^="-"]),' +
  '[role=button],[role=link],[role=tab],[role^=menuitem],[role=checkbox],[role=switch],[role=option],[role=radio],[role=slider],' +
  '[role=combobox],[role=treeitem],[contenteditable=true]';
/** What bounds "near": landmarks, dialogs, and what the page marked. */
export const REGION =
  'main,nav,header,footer,aside,section[aria-label],section[aria-labelledby],form,dialog,article,' +
  '[role=dialog],[role=alertdialog],[role=region],[role=tabpanel],[data-unsnag-region]';
/** A region that opted out of dead clicks is not part of the page that is watched: nothing in it answers anybody. */
const QUIET = `[data-unsnag-region][${IGNORE}~=dead]`;

/** Flags of the core, `Flags::NAMES`, each with what has it. */
const INTERACTIVE_FLAG = 1;
const ANY: [selector: string, flag: number][] = [
  ['[contenteditable]:not([contenteditable=false])', 1 << 3],
  // What answers there is not in the document.
  ['canvas,video[controls],audio[controls],embed,object', 1 << 4],
];
const STEPPER_FLAG = 1 << 7;
const PAGER_FLAG = 1 << 8;
const DISABLED = ':disabled,[aria-disabled=true]';
const DISABLED_FLAG = 1 << 1;
const CLICKABLE: [selector: string, flag: number][] = [
  [DISABLED, DISABLED_FLAG],
  [
    'textarea,input:not([type=button],[type=submit],[type=reset],[type=image],[type=checkbox],[type=radio],[type=file],[type=color],[type=range],[type=hidden])',
    1 << 2,
  ],
  ['a', 1 << 5],
  ['label', 1 << 6],
  ['[type=range],[type=number]', STEPPER_FLAG],
  ['form button:not([type]),form [type=submit],form [type=image]', 1 << 9],
  ['a[download]', 1 << 10],
  ['a[target]:not([target=_self],[target=_top],[target=_parent])', 1 << 11],
];

/** A longer label is a sentence, not a step. */
const MOST_LABEL = 24;
const STEPPER = /^([+−–＋－▲▼-]|plus|minus|(in|de)crease|(in|de)crement|more|less|fewer|one (more|fewer|less)|(add|remove) one)$/i;
const PAGER = /^([<>«»‹›←→]|((next|previous)( page| slide)?)|prev|back|first|last|(load|show) more|\d+)$/i;

/** What leads to help says so in these words. */
const HELP = /^((get |need )?help( cent(er|re)| me)?|support|contact( us| support)?|faqs?|(live )?chat with us|\?)[?!….]*$/i;

/** Roles that elements have without saying so, and those of inputs by type. */
const ROLES: Record<string, string> = {
  a: 'link', area: 'link', button: 'button', summary: 'button', textarea: 'textbox', select: 'combobox', option: 'option',
  main: 'main', nav: 'navigation', form: 'form', dialog: 'dialog', article: 'article', section: 'region',
};
const INPUT_ROLES: Record<string, string> = {
  button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio',
  range: 'slider', number: 'spinbutton',
};

/** What is remembered of an element. */
interface Known {
  /** 0 for what is not the page's: never an input. */
  number: number;
  parent: number;
  region: number;
  /** The region that its children lie in: itself or the one around it; 0 for none. */
  inside: number;
  flags: number;
  /** What opted out of, words of the attribute; of everything around it too where its parent is not told. */
  ignore: string;
}

const FOREIGN: Known = { number: 0, parent: 0, region: 0, inside: 0, flags: 0, ignore: '' };
let known = new WeakMap<Element, Known>();
let foreign = new WeakSet<Element>();
let next = 1;

/** Begins anew: the Wasm knows no element. */
export function forgetElements(): void {
  describeAnew();
  foreign = new WeakSet();
  next = 1;
}

/** From here on each element is described once more before its next use, by a number of its own. */
export function describeAnew(): void {
  known = new WeakMap();
}

/** From here on this element does not exist for the eyes. */
export function disown(element: Element): void {
  foreign.add(element);
  known.set(element, FOREIGN);
}

/** The parent; through the host where that is a shadow root, through the frame where it is a document. */
export const above = (element: Element): Element | null =>
  element.parentElement ?? (element.getRootNode() as Partial<ShadowRoot>).host ?? element.ownerDocument.defaultView?.frameElement ?? null;

function find(element: Element): Known | undefined {
  const found = known.get(element);
  return found && (!found.number || next - found.number <= WINDOW) ? found : undefined;
}

function words(element: Element): string {
  const field = element as HTMLInputElement;
  const text = element.getAttribute('aria-label') ?? (element.localName === 'input' ? field.value : start(element, MOST_LABEL + 1));
  return text.slice(0, MOST_LABEL + 1).trim();
}

/** Whether a click here asks for help: the page says so, or the words do. */
export function helps(element: Element): boolean {
  // A link within the page leads to its own content.
  const found = element.closest('a:not([href^="#"]),button,[role=button],[role=link]');
  return !!element.closest('[data-unsnag-help]') || (!!found && HELP.test(words(found)));
}

function label(element: Element): number {
  const says = words(element);
  return STEPPER.test(says) ? STEPPER_FLAG : PAGER.test(says) ? PAGER_FLAG : 0;
}

/** The beginning of an element's text. */
export const start = (element: Node, most: number): string => element.textContent!.slice(0, most);

function flagsOf(element: Element): number {
  const sum = (flags: typeof ANY): number => flags.reduce((sum, [selector, flag]) => (element.matches(selector) ? sum | flag : sum), 0);
  return sum(ANY) | (element.matches(INTERACTIVE) ? INTERACTIVE_FLAG | sum(CLICKABLE) | label(element) : 0);
}

/** The same for an element that is known: a control stays one of its kind; whether it is disabled changes, and its label. */
function flagsNow(element: Element): number {
  const { flags } = find(element)!;
  if (!(flags & INTERACTIVE_FLAG) || !element.matches(INTERACTIVE)) return flagsOf(element);
  const kept = flags & ~(DISABLED_FLAG | (element.localName === 'input' ? 0 : STEPPER_FLAG | PAGER_FLAG));
  return kept | (element.matches(DISABLED) ? DISABLED_FLAG : 0) | label(element);
}

function ignored(element: Element): string {
  const words = element.getAttribute(IGNORE);
  return words === null ? '' : ` ${words.trim() || 'all'}`;
}

function ignoredAbove(element: Element): string {
  const found = above(element)?.closest(`[${IGNORE}]`);
  return found ? ignored(found) + ignoredAbove(found) : '';
}

function tell(at: number, element: Element, known: Known): void {
  const { localName } = element;
  const said = element.getAttribute('role') ?? '';
  // A role is the page's text: only what looks like one of ARIA's words is taken.
  const role = /^[a-z]{1,20}$/.test(said)
    ? said
    : localName === 'input' ? INPUT_ROLES[element.getAttribute('type') ?? ''] ?? 'textbox' : ROLES[localName] ?? '';
  sink.element(at, known.number, known.parent, known.region, known.flags, `${localName}\n${role}\n${known.ignore}`);
}

function know(at: number, element: Element, depth: number): Known {
  const found = find(element);
  if (found) return found;
  if (foreign.has(element)) return FOREIGN;
  const around = above(element);
  const parent = around && depth < MOST_ANCESTORS ? know(at, around, depth + 1) : undefined;
  if ((parent && !parent.number) || element.closest(QUIET)) {
    disown(element);
    return FOREIGN;
  }
  const outer = parent ? undefined : around?.closest(REGION);
  const region = parent?.inside ?? (outer ? know(at, outer, MOST_ANCESTORS).number : 0);
  const number = next++;
  const made: Known = {
    number,
    parent: parent?.number ?? 0,
    region,
    inside: element.matches(REGION) ? number : region,
    flags: flagsOf(element),
    ignore: ignored(element) + (parent ? '' : ignoredAbove(element)),
  };
  known.set(element, made);
  tell(at, element, made);
  return made;
}

/** The element's number, which the Wasm knows by then; 0 for what is not the page's. */
export const number = (at: number, element: Element): number => know(at, element, 1).number;

/** Something that lies over a clickable element and cannot be seen: whoever clicks there means what is beneath. */
function covers(element: Element, x: number, y: number): boolean {
  const { backgroundColor, backgroundImage } = getComputedStyle(element);
  const seen = !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor) || backgroundImage !== 'none' || start(element, 1) !== '';
  const below = seen ? [] : element.ownerDocument.elementsFromPoint(x, y);
  const under = below[below.indexOf(element) + 1];
  return !!under?.closest(INTERACTIVE) && !element.contains(under);
}

/**
 * The number of what a gesture hits. States such as disabled are read anew, up to the nearest clickable element, and
 * where there is none, a pointer cursor makes one, or a clickable element beneath an invisible one at `x`, `y`.
 */
export function hit(at: number, element: Element, x = -1, y = -1): number {
  const found = number(at, element);
  let pointed: Element | undefined;
  let each: Element | null = found ? element : null;
  const again = (element: Element, flags: number): void => {
    const found = find(element);
    if (!found || found.flags === flags) return;
    found.flags = flags;
    tell(at, element, found);
  };
  for (let i = 0; each && find(each)?.number && i < MOST_ANCESTORS; i++) {
    const flags = flagsNow(each);
    if (flags & INTERACTIVE_FLAG) {
      again(each, flags);
      return found;
    }
    // The cursor is inherited: the outermost element that has it is the one that was meant.
    if (getComputedStyle(each).cursor === 'pointer') pointed = each;
    else if (pointed) break;
    each = above(each);
  }
  if (!pointed && found && x >= 0 && covers(element, x, y)) pointed = element;
  if (pointed) again(pointed, flagsOf(pointed) | INTERACTIVE_FLAG);
  return found;
}
