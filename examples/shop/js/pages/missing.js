// No such page.

import { html } from '../html.js';

export function missingPage() {
  return {
    title: 'Not found',
    view: html`
      <div class="empty">
        <h1>Off the path</h1>
        <p>There is no page here. It may have moved, or never been.</p>
        <a class="button button-main" href="/">See the kit</a>
      </div>`,
  };
}
