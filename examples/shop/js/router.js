// Routes by history.pushState. A page is { title, view, mount? }; mount may return a clean-up.

import { fill } from './html.js';

let routes = [];
let outlet;
let leave;
let current;
const watchers = new Set();

/** Calls back with the path after each change of page. */
export function onRoute(watcher) {
  watchers.add(watcher);
}

export function go(path) {
  const url = new URL(path, location.href);
  const samePage = url.pathname === location.pathname && url.search === location.search;
  history[samePage && url.hash === location.hash ? 'replaceState' : 'pushState'](null, '', url);
  if (samePage && url.hash) reveal();
  else show({ moved: true });
}

/** Draws the current page again, after its data was reset. */
export function redraw() {
  show({ moved: false });
}

function match(path) {
  for (const { pattern, page } of routes) {
    const found = pattern.exec(path);
    if (found) return () => page(...found.slice(1).map(decodeURIComponent));
  }
  throw new Error('the route table must end with a catch-all');
}

function show({ moved }) {
  leave?.();
  current = location.pathname;
  const page = match(current)();
  document.title = page.title === 'Tarnhouse' ? page.title : `${page.title} – Tarnhouse`;
  fill(outlet, page.view);
  leave = page.mount?.(outlet);
  for (const watcher of watchers) watcher(current);
  if (location.hash) {
    reveal();
  } else if (moved) {
    window.scrollTo(0, 0);
    outlet.focus({ preventScroll: true });
  }
}

// An in-page link may point into a closed answer or a group of choices, and leads the keyboard there as well as the eye.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target instanceof HTMLDetailsElement) target.open = true;
  const grouped = target.matches('details, fieldset');
  target.scrollIntoView({ block: grouped ? 'center' : 'start' });
  const inside = grouped && target.querySelector('summary, input:checked');
  (inside || target).focus({ preventScroll: true });
}

function followLink(event) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element && event.target.closest('a[href]');
  if (!link || link.target || link.origin !== location.origin) return;
  event.preventDefault();
  go(link.href);
}

export function startRouter(element, table) {
  outlet = element;
  routes = table;
  document.addEventListener('click', followLink);
  window.addEventListener('popstate', () => {
    if (location.pathname === current && location.hash) reveal();
    else show({ moved: false });
  });
  // The browser drops the focus after `popstate` when something outside the router, a nudge say, led to an anchor.
  window.addEventListener('hashchange', reveal);
  show({ moved: false });
}
