// The − / + control. Every press shows its result next to the button that was pressed.

import { MAX_QUANTITY } from './basket.js';
import { html } from './html.js';

export function stepper(quantity, label, { testable = false } = {}) {
  const hook = (name) => (testable ? name : `line-${name}`);
  return html`
    <div class="stepper" role="group" aria-label="${label}" data-stepper>
      <button type="button" data-by="-1" aria-label="One fewer" data-testid="${hook('stepper-minus')}" ${quantity <= 1 ? html`disabled` : ''}>−</button>
      <output data-testid="${hook('quantity')}">${quantity}</output>
      <button type="button" data-by="1" aria-label="One more" data-testid="${hook('stepper-plus')}" ${quantity >= MAX_QUANTITY ? html`disabled` : ''}>+</button>
    </div>`;
}

export function bindStepper(root, onChange = () => {}) {
  const output = root.querySelector('output');
  const [fewer, more] = root.querySelectorAll('button');
  root.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-by]');
    if (!button) return;
    const quantity = Math.min(MAX_QUANTITY, Math.max(1, Number(output.value) + Number(button.dataset.by)));
    output.value = quantity;
    fewer.disabled = quantity <= 1;
    more.disabled = quantity >= MAX_QUANTITY;
    // A disabled button drops the keyboard's focus on the floor.
    if (button.disabled) (button === fewer ? more : fewer).focus();
    onChange(quantity);
    root.dispatchEvent(new CustomEvent('shop:step', { bubbles: true }));
  });
  return () => Number(output.value);
}
