// The basket, with a stepper a line.

import { basketLines, basketTotal, onBasketChange, removeFromBasket, setQuantity } from '../basket.js';
import { money, picture } from '../catalogue.js';
import { fill, html } from '../html.js';
import { bindStepper, stepper } from '../stepper.js';

export function emptyBasketView() {
  return html`
    <div class="empty">
      <h1>Your basket is empty</h1>
      <p>Nothing to carry yet.</p>
      <a class="button button-main" href="/">See the kit</a>
    </div>`;
}

function line({ item, quantity }) {
  return html`
    <li class="line" data-line="${item.id}">
      <a class="line-picture" href="/product/${item.id}" aria-hidden="true" tabindex="-1"><img src="${picture(item)}" alt="" width="600" height="600"></a>
      <div class="line-what">
        <a href="/product/${item.id}">${item.name}</a>
        <span>${money(item.price)} each</span>
      </div>
      ${stepper(quantity, `Quantity of ${item.name}`)}
      <span class="line-price" data-price>${money(item.price * quantity)}</span>
      <button type="button" class="plain" data-remove aria-label="Remove ${item.name}">Remove</button>
    </li>`;
}

function view() {
  if (basketLines().length === 0) return emptyBasketView();
  return html`
    <h1>Basket</h1>
    <div class="columns">
      <ul class="lines" role="list">${basketLines().map(line)}</ul>
      <aside class="summary" aria-label="Summary">
        <dl><div class="total"><dt>Subtotal</dt><dd data-subtotal>${money(basketTotal())}</dd></div></dl>
        <p class="quiet">Delivery and offers are worked out at the checkout.</p>
        <a class="button button-main button-wide" href="/checkout" data-testid="to-checkout">Check out</a>
      </aside>
    </div>`;
}

export function basketPage() {
  return { title: 'Basket', view: view(), mount };
}

function mount(root) {
  for (const element of root.querySelectorAll('[data-line]')) {
    const id = Number(element.dataset.line);
    const { item } = basketLines().find((each) => each.item.id === id);
    bindStepper(element.querySelector('[data-stepper]'), (quantity) => {
      element.querySelector('[data-price]').textContent = money(item.price * quantity);
      setQuantity(id, quantity);
    });
    element.querySelector('[data-remove]').addEventListener('click', () => {
      element.remove();
      removeFromBasket(id);
      root.focus({ preventScroll: true });
    });
  }
  return onBasketChange(() => {
    const subtotal = root.querySelector('[data-subtotal]');
    if (basketLines().length === 0) fill(root, emptyBasketView());
    else if (subtotal) subtotal.textContent = money(basketTotal());
  });
}
