// Thanks for an order.

import { html } from '../html.js';

export function orderPage(number) {
  return {
    title: 'Thank you',
    view: html`
      <div class="empty">
        <svg class="tick" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/><path d="M14 25l7 7 14-15"/></svg>
        <h1>Thank you, it is on its way</h1>
        <p>Order <strong data-testid="order-number">${number}</strong>. In a real shop an e-mail would follow; here nothing was charged and nothing will arrive.</p>
        <a class="button button-main" href="/">Back to the kit</a>
      </div>`,
  };
}
