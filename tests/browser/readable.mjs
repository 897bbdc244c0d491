// What everybody needs of a page, looked for in the page itself. Each function runs there, and answers with the faults
// that it found, each naming its element.

/** Text must stand out from what is behind it by so much: WCAG 2.2, 1.4.3, for text of any size. */
export const LEAST_CONTRAST = 4.5;

/** Gives the page what the functions below share. */
export function prepare() {
  const SHOWN = 40;
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && element.getClientRects().length > 0 && !element.closest('.unseen, .skip:not(:focus)');
  const name = (element) => {
    const id = element.id ? `#${element.id}` : '';
    const look = element.getAttribute('class') ? `.${element.getAttribute('class').trim().split(/\s+/).join('.')}` : '';
    const said = (element.textContent || element.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, SHOWN);
    const section = element.closest('section')?.id;
    return `<${element.localName}${id}${look}> "${said}"${section ? ` in #${section}` : ''}`;
  };
  const CONTROLS = 'a[href], button, select, input, summary, [tabindex="0"]';
  const controls = () => [...document.querySelectorAll(CONTROLS)].filter((element) => isSeen(element) && !element.disabled);
  globalThis.looking = { isSeen, name, controls };
}

/** Whatever is wider than the window, or would make somebody scroll sideways. */
export function tooWide() {
  const { isSeen, name } = globalThis.looking;
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) {
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`);
  }
  for (const element of document.querySelectorAll('body *')) {
    const { left, right, width } = element.getBoundingClientRect();
    const isCut = width === 0 || !isSeen(element) || element.closest('pre') !== null;
    if (!isCut && (right > innerWidth + 1 || left < -1)) faults.push(`${name(element)} goes from ${left} to ${right} px`);
  }
  return faults;
}

/** Controls that lie over each other, though neither is within the other. */
export function overlapping() {
  const { controls, name } = globalThis.looking;
  const SLACK_PX = 1;
  const all = controls().map((element) => [element, element.getBoundingClientRect()]);
  const faults = [];
  for (const [index, [one, a]] of all.entries()) {
    for (const [other, b] of all.slice(index + 1)) {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const isWithin = one.contains(other) || other.contains(one);
      if (!isWithin && width > SLACK_PX && height > SLACK_PX) faults.push(`${name(one)} and ${name(other)} overlap`);
    }
  }
  return faults;
}

/** Texts that do not stand out from what is behind them; and how many texts there are. */
export function pale(least) {
  const { isSeen, name } = globalThis.looking;
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const known = new Map();
  // Whatever way of writing a colour there is, a canvas reads it.
  const colour = (css) => {
    if (!known.has(css)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(css, [r, g, b, a / 255]);
    }
    return known.get(css);
  };
  const over = ([r, g, b, a], [under, greenUnder, blueUnder]) =>
    [r * a + under * (1 - a), g * a + greenUnder * (1 - a), b * a + blueUnder * (1 - a)];
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.unshift(colour(getComputedStyle(each).backgroundColor));
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = ([r, g, b]) => {
    const [red, green, blue] = [r, g, b].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const faults = new Set();
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('title, script, option') || !isSeen(element)) continue;
    texts += 1;
    const style = getComputedStyle(element);
    const ink = colour(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const ground = behind(element);
    let opacity = 1;
    for (let each = element; each; each = each.parentElement) opacity *= Number(getComputedStyle(each).opacity);
    const [bright, dark] = [light(over([...ink.slice(0, 3), ink[3] * opacity], ground)), light(ground)].sort((a, b) => b - a);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < least) faults.add(`${name(element)} has a contrast of ${contrast.toFixed(2)}, ${least} is the least`);
  }
  return { texts, faults: [...faults] };
}
