// Starts the shop: header, routes, guide, and the SDK beside them.

import { startAssist } from './assist.js';
import { basketCount, onBasketChange } from './basket.js';
import { createGuide } from './guide.js';
import { basketPage } from './pages/basket.js';
import { checkoutPage } from './pages/checkout.js';
import { helpPage } from './pages/help.js';
import { homePage } from './pages/home.js';
import { missingPage } from './pages/missing.js';
import { orderPage } from './pages/order.js';
import { productPage } from './pages/product.js';
import { onRoute, startRouter } from './router.js';

function drawBasketCount() {
  const badge = document.getElementById('basket-count');
  const count = basketCount();
  badge.hidden = count === 0;
  badge.textContent = String(count);
  badge.closest('a').setAttribute('aria-label', `Basket, ${count === 1 ? '1 item' : `${count} items`}`);
}

onBasketChange(drawBasketCount);
drawBasketCount();

onRoute((path) => {
  for (const link of document.querySelectorAll('[data-nav]')) {
    if (link.dataset.nav === path) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
});

const guide = createGuide(document.getElementById('guide'));
onRoute((path) => guide.visited(path));

startRouter(document.getElementById('main'), [
  { pattern: /^\/$/, page: homePage },
  { pattern: /^\/product\/(\d+)$/, page: productPage },
  { pattern: /^\/basket$/, page: basketPage },
  { pattern: /^\/checkout$/, page: checkoutPage },
  { pattern: /^\/order\/(\d+)$/, page: orderPage },
  { pattern: /^\/help$/, page: helpPage },
  { pattern: /^/, page: missingPage },
]);

startAssist(guide);
