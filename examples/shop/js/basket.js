// The basket: kept for the browser session, announced to whoever subscribes.

import { product } from './catalogue.js';
import { load, save } from './storage.js';

export const MAX_QUANTITY = 99;

// A new visitor finds one mug, so that the checkout can be tried at once.
const FIRST_VISIT = [{ id: 101, quantity: 1 }];

let lines = load('basket', FIRST_VISIT).filter((line) => product(line.id));
const watchers = new Set();

function change(next) {
  lines = next;
  save('basket', lines);
  for (const watcher of watchers) watcher();
}

export function onBasketChange(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function basketLines() {
  return lines.map((line) => ({ item: product(line.id), quantity: line.quantity }));
}

export function basketCount() {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

export function basketTotal() {
  return basketLines().reduce((sum, line) => sum + line.item.price * line.quantity, 0);
}

export function setQuantity(id, quantity) {
  const others = lines.filter((line) => line.id !== id);
  if (others.length === lines.length) {
    change([...lines, { id, quantity }]);
  } else {
    change(lines.map((line) => (line.id === id ? { id, quantity } : line)));
  }
}

export function addToBasket(id, quantity) {
  const had = lines.find((line) => line.id === id)?.quantity ?? 0;
  setQuantity(id, Math.min(MAX_QUANTITY, had + quantity));
}

export function removeFromBasket(id) {
  change(lines.filter((line) => line.id !== id));
}

export function emptyBasket() {
  change([]);
}

export function refillBasket() {
  change(FIRST_VISIT.map((line) => ({ ...line })));
}
