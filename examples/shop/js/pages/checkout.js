// The checkout, with the trap: see `submit`.

import { checkoutTask } from '../assist.js';
import { basketLines, emptyBasket } from '../basket.js';
import { money, picture } from '../catalogue.js';
import { fill, html } from '../html.js';
import { choose, chosen, DELIVERY, OFFER, quote } from '../order.js';
import { go } from '../router.js';
import { emptyBasketView } from './basket.js';

// As long as a payment takes; nothing is charged, nothing leaves the page.
const PAYMENT_MS = 700;

const FIELDS = [
  { name: 'name', label: 'Full name', autocomplete: 'name', value: 'Robin Hale' },
  { name: 'address', label: 'Address', autocomplete: 'street-address', value: '14 Mill Lane' },
  { name: 'town', label: 'Town', autocomplete: 'address-level2', value: 'Kendal' },
  { name: 'postcode', label: 'Postcode', autocomplete: 'postal-code', value: 'LA9 4QD' },
];

function field({ name, label, autocomplete, value }) {
  return html`
    <label class="field">
      <span>${label}</span>
      <input name="${name}" autocomplete="${autocomplete}" value="${value}" required aria-describedby="${name}-problem">
      <span class="problem" id="${name}-problem"></span>
    </label>`;
}

function option({ id, name, note, price }) {
  return html`
    <label class="choice">
      <input type="radio" name="delivery" value="${id}" data-testid="delivery-${id}" ${chosen().delivery === id ? html`checked` : ''}>
      <span class="choice-name">${name}</span>
      <span class="choice-note">${note}</span>
      <span class="choice-price">${price === 0 ? 'Free' : money(price)}</span>
    </label>`;
}

function sums() {
  const { goods, discount, delivery, total } = quote();
  return html`
    <div><dt>Goods</dt><dd>${money(goods)}</dd></div>
    ${discount > 0 && html`<div class="saving"><dt>${OFFER.code}</dt><dd>−${money(discount)}</dd></div>`}
    <div><dt>Delivery</dt><dd>${delivery.price === 0 ? 'Free' : money(delivery.price)}</dd></div>
    <div class="total"><dt>Total</dt><dd data-testid="total">${money(total)}</dd></div>`;
}

function offerBox() {
  if (chosen().offer) {
    return html`<p class="offer-on"><span><strong>${OFFER.code}</strong> ${OFFER.percent}% off</span>
      <button type="button" class="plain" data-offer="remove" data-testid="remove-offer">Remove</button></p>`;
  }
  return html`
    <label class="field field-code"><span>Offer code</span><input name="code" autocomplete="off" maxlength="20" aria-describedby="code-problem"></label>
    <button type="button" class="button" data-offer="apply">Apply</button>
    <span class="problem" id="code-problem" role="status"></span>`;
}

export function checkoutPage() {
  if (basketLines().length === 0) return { title: 'Checkout', view: emptyBasketView() };
  return {
    title: 'Checkout',
    view: html`
      <h1>Checkout</h1>
      <form class="columns" novalidate data-testid="checkout-form">
        <div class="steps">
          <section class="panel" aria-labelledby="where">
            <h2 id="where">Deliver to</h2>
            <p class="address">Robin Hale<br>14 Mill Lane, Kendal LA9 4QD</p>
            <details class="edit"><summary>Change the address</summary><div class="fields">${FIELDS.map(field)}</div></details>
          </section>
          <fieldset class="panel" id="delivery">
            <legend>Delivery</legend>
            ${DELIVERY.map(option)}
          </fieldset>
          <section class="panel" aria-labelledby="paying">
            <h2 id="paying">Pay with</h2>
            <p class="paycard"><svg viewBox="0 0 36 24" aria-hidden="true"><rect width="36" height="24" rx="4" fill="#1f3f63"/><path d="M0 6h36v5H0z" fill="#0f2238"/><rect x="4" y="15" width="10" height="4" rx="1" fill="#e3c27a"/></svg> Card ending 4242 <span>A demo card: nothing is charged</span></p>
          </section>
        </div>
        <aside class="summary" aria-label="Your order">
          <ul class="summary-lines" role="list">${basketLines().map(({ item, quantity }) => html`
            <li><img src="${picture(item)}" alt="" width="600" height="600"><span>${item.name}<small>${quantity} × ${money(item.price)}</small></span></li>`)}</ul>
          <div class="offer-box">${offerBox()}</div>
          <dl class="sums">${sums()}</dl>
          <button class="button button-main button-wide" data-testid="place-order">Place order</button>
          <p class="quiet">Stuck? <a href="/help#offers" data-unsnag-help>Help with ordering</a></p>
        </aside>
      </form>`,
    mount,
  };
}

function mount(root) {
  checkoutTask.start();
  const form = root.querySelector('form');
  const drawSums = () => fill(form.querySelector('.sums'), sums());

  form.addEventListener('change', (event) => {
    if (event.target.name !== 'delivery') return;
    choose({ delivery: event.target.value });
    drawSums();
  });
  form.addEventListener('input', (event) => {
    if (event.target.required) describe(event.target);
    drawAddress(form);
  });
  form.addEventListener('click', (event) => {
    const what = event.target.closest('[data-offer]')?.dataset.offer;
    if (what) changeOffer(form, what);
    if (what) drawSums();
  });
  let payment;
  form.addEventListener('submit', (event) => {
    payment = submit(event) ?? payment;
  });

  return () => {
    clearTimeout(payment);
    // Asking for help is part of trying; leaving for anywhere else is giving up. A placed order has ended the task already.
    if (location.pathname !== '/help' && location.pathname !== '/checkout') checkoutTask.fail();
  };
}

// Answers the running payment, if one was begun.
function submit(event) {
  event.preventDefault();
  const form = event.target;
  const missing = FIELDS.map(({ name }) => form.elements[name]).filter((input) => !describe(input));
  if (missing.length > 0) {
    form.querySelector('details').open = true;
    missing[0].focus();
    return undefined;
  }
  // Trap, checkout: the offer does not go with next-day delivery. Whoever wrote this stopped the order and told nobody.
  if (!quote().payable) return undefined;

  const button = form.querySelector('[data-testid="place-order"]');
  button.disabled = true;
  button.textContent = 'Placing your order…';
  return setTimeout(() => {
    checkoutTask.success();
    emptyBasket();
    go(`/order/${10_000 + (Date.now() % 90_000)}`);
  }, PAYMENT_MS);
}

function changeOffer(form, what) {
  const box = form.querySelector('.offer-box');
  if (what === 'apply' && form.elements.code.value.trim().toUpperCase() !== OFFER.code) {
    box.querySelector('.problem').textContent = 'We do not know this code.';
    form.elements.code.setAttribute('aria-invalid', 'true');
    return;
  }
  choose({ offer: what === 'apply' ? OFFER.code : null });
  fill(box, offerBox());
  box.querySelector('input, button').focus();
}

function describe(input) {
  const filled = input.value.trim() !== '';
  input.closest('.field').querySelector('.problem').textContent = filled ? '' : 'Please fill this in.';
  if (filled) input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
  return filled;
}

function drawAddress(form) {
  const [name, address, town, postcode] = FIELDS.map((each) => form.elements[each.name].value);
  fill(form.querySelector('.address'), html`${name}<br>${address}, ${town} ${postcode}`);
}
