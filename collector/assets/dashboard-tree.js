// Draws the same place again and again without disturbing whoever reads it: an element that stays keeps its focus, its
// scroll position, its selection and whether it is open. Texts become text, never markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    // The content policy forbids style attributes; properties may be set one by one.
    if (name.startsWith('--')) node.style.setProperty(name, String(value));
    else node.setAttribute(name, String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return node;
}

/** Makes an element of HTML; children are elements, texts, lists of them, or nothing. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Makes the children of `parent` those given. Elements with the same `data-key` are the same, wherever they stand. */
export function update(parent, ...children) {
  const focused = document.activeElement;
  match(parent, [...fill(document.createDocumentFragment(), null, children).childNodes]);
  // An element that was moved has lost its focus.
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

const keyOf = (node) => node.dataset?.key;

function match(parent, fresh) {
  const wanted = new Set(fresh.map(keyOf));
  const known = new Map();
  for (const child of [...parent.children]) {
    const key = keyOf(child);
    if (!key) continue;
    if (wanted.has(key) && !known.has(key)) known.set(key, child);
    else child.remove();
  }
  let place = parent.firstChild;
  for (const node of fresh) {
    const key = keyOf(node);
    const old = key ? known.get(key) : keyOf(place ?? node) ? null : place;
    if (old?.nodeName === node.nodeName) {
      known.delete(key);
      if (old === place) place = place.nextSibling;
      else parent.insertBefore(old, place);
      adjust(old, node);
    } else {
      parent.insertBefore(node, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function adjust(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const name of new Set([...old.getAttributeNames(), ...fresh.getAttributeNames()])) {
    // What is open is the reader's choice.
    if (name === 'open' || name === 'style') continue;
    const value = fresh.getAttribute(name);
    if (value === null) old.removeAttribute(name);
    else if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText;
  match(old, [...fresh.childNodes]);
}
