// One product. Two of its buttons are broken on purpose, in ways that happen: see the README.

import { addToBasket } from '../basket.js';
import { money, picture, product, PRODUCTS, store } from '../catalogue.js';
import { fill, html } from '../html.js';
import { load } from '../storage.js';
import { bindStepper, stepper } from '../stepper.js';
import { card } from './home.js';
import { missingPage } from './missing.js';

export function productPage(id) {
  const item = product(id);
  if (!item) return missingPage();
  const others = PRODUCTS.filter((other) => other.id !== item.id);
  const start = PRODUCTS.indexOf(item);
  const related = [0, 1, 2, 3].map((offset) => others[(start + offset) % others.length]);
  return {
    title: item.name,
    view: html`
      <nav class="crumbs" aria-label="Breadcrumb"><a href="/">Kit</a> <span aria-hidden="true">/</span> ${item.kind}</nav>
      <article class="product">
        <img class="product-picture" src="${picture(item)}" alt="${item.name}" width="600" height="600">
        <div class="product-buy">
          <h1>${item.name}</h1>
          <p class="price">${money(item.price)}</p>
          <p class="product-text">${item.text}</p>
          <div class="buy-row">
            ${stepper(1, 'Quantity', { testable: true })}
            <button type="button" class="button button-main" data-action="add" data-testid="add-to-basket">Add to basket</button>
          </div>
          <p class="added" role="status" data-testid="added"></p>
          <div class="extras">
            <button type="button" class="button" data-action="gift-wrap" data-testid="gift-wrap">
              <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7c-2-5-7-4-5-1 1 1 5 1 5 1zm0 0c2-5 7-4 5-1-1 1-5 1-5 1z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/></svg>
              Add gift wrap
            </button>
            <button type="button" class="button" data-action="check-stock" data-testid="check-stock">
              <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 21c5-6 7-9 7-12a7 7 0 0 0-14 0c0 3 2 6 7 12z" fill="none" stroke="currentColor" stroke-width="1.6"/><circle cx="12" cy="9" r="2.5" fill="currentColor"/></svg>
              Check stock in store
            </button>
          </div>
          <p class="stock" role="status"></p>
          <dl class="facts">${Object.entries(item.facts).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
        </div>
      </article>
      <section aria-labelledby="related">
        <div class="section-head"><h2 id="related">Goes well with</h2></div>
        <ul class="grid grid-small" role="list">${related.map(card)}</ul>
      </section>`,
    mount: (root) => bind(root, item),
  };
}

function bind(root, item) {
  const quantity = bindStepper(root.querySelector('[data-stepper]'));
  const added = root.querySelector('.added');
  const stock = root.querySelector('.stock');
  const wrap = { chosen: false };

  const actions = {
    add() {
      addToBasket(item.id, quantity());
      const what = quantity() === 1 ? item.name : `${quantity()} × ${item.name}`;
      fill(added, html`${what} added${wrap.chosen ? ', wrapped' : ''}. <a href="/checkout" data-testid="to-checkout">Check out</a>`);
    },
    // Trap, dead button: the button says "gift-wrap", so this is never found and nothing complains.
    giftWrap() {
      wrap.chosen = !wrap.chosen;
    },
    // Trap, throwing button: a visitor who never chose a store has none, and `near` is undefined.
    'check-stock'() {
      const near = store(load('store', null));
      const left = near.stock[item.id];
      stock.textContent = left > 0 ? `${left} in ${near.name} today.` : `None in ${near.name} today.`;
    },
  };

  root.querySelector('.product').addEventListener('click', (event) => {
    const name = event.target.closest('[data-action]')?.dataset.action;
    actions[name]?.();
  });
}
