// The renderer: one nudge in the top layer, in a closed shadow root. Loaded when it is first needed.

import type { View } from './helper';

const STYLE = `
:host{all:initial;position:fixed;inset:auto;margin:0;border:0;padding:0;background:none;overflow:visible;z-index:2147483647;
max-inline-size:min(22rem,calc(100vw - 2rem));inset-block-end:1rem;inset-inline-end:1rem;
color-scheme:light dark;font:var(--unsnag-font,400 1rem/1.45 system-ui,sans-serif)}
:host([data-at=top]){inset-block:1rem auto}
:host([data-at=centre]){inset:0;margin:auto;inline-size:fit-content;block-size:fit-content}
.card{box-sizing:border-box;position:relative;padding:1rem 1.125rem;border-radius:var(--unsnag-radius,.75rem);
color:var(--unsnag-color,#16202b);background:var(--unsnag-background,#fff);border:1px solid var(--unsnag-border,#c9d2dc);
box-shadow:var(--unsnag-shadow,0 .5rem 2rem #0b162640)}
p{margin:0;padding-inline-end:2rem;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:.5rem;margin-block-start:.75rem}
.actions:empty{display:none}
button{font:inherit;color:inherit;cursor:pointer;border-radius:calc(var(--unsnag-radius,.75rem)/1.5);min-block-size:2.5rem;
padding:.25rem .875rem;background:none;border:1px solid var(--unsnag-border,#8595a6)}
.actions button:first-child{color:var(--unsnag-accent-color,#fff);background:var(--unsnag-accent,#1450a3);border-color:transparent}
button:focus-visible{outline:3px solid var(--unsnag-focus,#f0a020);outline-offset:2px}
.close{position:absolute;inset-block-start:.375rem;inset-inline-end:.375rem;inline-size:2.5rem;padding:0;border-color:transparent;font-size:1.25rem}
@media (prefers-color-scheme:dark){.card{color:var(--unsnag-color,#e8eef5);background:var(--unsnag-background,#1c2733);border-color:var(--unsnag-border,#3a4a5c)}}
@media (prefers-contrast:more){.card,button{border-color:currentColor}}
@media (prefers-reduced-motion:no-preference){.card{animation:in .16s ease-out}}
@keyframes in{from{opacity:0;transform:translateY(.5rem)}}`;

/** Shows a nudge; returns the function that takes it away without a word. */
export function render(view: View): () => void {
  const host = document.createElement('unsnag-nudge');
  const root = host.attachShadow({ mode: 'closed' });
  let isOver = false;
  let before: Element | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text: string): HTMLElementTagNameMap[K] => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };

  const close = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    removeEventListener('keydown', onKey, true);
    removeEventListener('focusin', place, true);
    removeEventListener('resize', place);
    const hadFocus = root.activeElement !== null;
    view.quietly(() => host.remove());
    // The focus goes back to where the visitor was when they came over here.
    if (hadFocus && before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  const end = (what: 'clicked' | 'dismissed' | 'expired'): void => {
    if (isOver) return;
    close();
    view.tell(what);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) end('dismissed');
  };

  /** Moves out of the way of the field that has the focus. */
  const place = (): void => {
    const field = document.activeElement;
    host.dataset['at'] = view.placement;
    // Measuring costs a layout, so only what can be typed into is asked.
    if (!field?.matches('input,textarea,select,[contenteditable]')) return;
    const a = field.getBoundingClientRect();
    const covers = (): boolean => {
      const b = host.getBoundingClientRect();
      return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    };
    for (const at of ['corner', 'top']) {
      if (!covers()) return;
      host.dataset['at'] = at;
    }
  };

  const card = make('div', 'card', '');
  card.setAttribute('role', view.actions.length ? 'dialog' : 'status');
  card.setAttribute('aria-label', 'Help');
  const text = make('p', '', '');
  // A dialog that does not take the focus is not read out by itself.
  text.setAttribute('role', 'status');
  const actions = make('div', 'actions', '');
  for (const action of view.actions) {
    const button = make('button', '', action.label);
    button.type = 'button';
    button.onclick = () => {
      end('clicked');
      if (action.href) follow(action.href, view);
    };
    actions.append(button);
  }
  const dismiss = make('button', 'close', '×');
  dismiss.type = 'button';
  dismiss.setAttribute('aria-label', 'Close');
  dismiss.onclick = () => end('dismissed');
  card.append(text, actions, dismiss);
  dress(root);
  root.append(card);
  host.addEventListener('focusin', (event) => {
    if (event.relatedTarget instanceof Element) before = event.relatedTarget;
  });

  view.own(host);
  view.quietly(() => {
    // Outside an open modal dialog everything is inert.
    const modals = document.querySelectorAll('dialog:modal');
    (modals[modals.length - 1] ?? document.body).append(host);
    if ('popover' in host) {
      host.popover = 'manual';
      host.showPopover();
    }
    place();
  });
  text.textContent = view.text;
  addEventListener('keydown', onKey, true);
  addEventListener('focusin', place, true);
  addEventListener('resize', place);
  timer = setTimeout(() => end('expired'), Math.max(0, view.until - Date.now()));
  requestAnimationFrame(() => isOver || view.tell('shown'));
  return close;
}

/** A style sheet that no content security policy forbids; a style element where there is none. */
function dress(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement('style');
  style.textContent = STYLE;
  (root as ShadowRoot).append(style);
}

/** Follows a link as if it stood on the page, so that the app's own router may take it. */
function follow(href: string, view: View): void {
  const link = document.createElement('a');
  link.href = href;
  link.hidden = true;
  view.own(link);
  view.quietly(() => document.body.append(link));
  link.click();
  view.quietly(() => link.remove());
}
