// The shop window.

import { money, picture, PRODUCTS } from '../catalogue.js';
import { html } from '../html.js';

export function card(item) {
  return html`
    <li class="card">
      <a href="/product/${item.id}">
        <img src="${picture(item)}" alt="" width="600" height="600">
        <span class="card-name">${item.name}</span>
        <span class="card-price">${money(item.price)}</span>
        <span class="card-kind">${item.kind}</span>
      </a>
    </li>`;
}

export function homePage() {
  return {
    title: 'Tarnhouse',
    view: html`
      <section class="hero">
        <img class="hero-picture" src="/img/hero.svg" alt="" width="1200" height="640">
        <div class="hero-text">
          <h1>Stay out<br>a little longer</h1>
          <p>Kit for walking up and sleeping out, made to be mended.</p>
          <a class="button button-light" href="/product/108">See the ridge tent</a>
        </div>
      </section>
      <p class="offer"><strong>10% off your first order.</strong> TARN10 is already in your basket.</p>
      <section aria-labelledby="kit">
        <div class="section-head"><h2 id="kit">The whole kit</h2><p>Eight things. That is all of them.</p></div>
        <ul class="grid" role="list">${PRODUCTS.map(card)}</ul>
      </section>`,
  };
}
