// Help: the answer to the checkout's trap is here, for whoever asks.

import { html } from '../html.js';

const ANSWERS = [
  {
    id: 'offers', question: 'My order does not go through',
    answer: html`TARN10 cannot be used with next-day delivery. <a href="/checkout#delivery">Choose standard delivery or collect in Kendal</a>, or remove the code, and place the order again.`,
  },
  {
    id: 'delivery-times', question: 'When will it arrive?',
    answer: html`Next working day if you order before 4 pm, else three to five working days. Collecting in Kendal takes two hours.`,
  },
  {
    id: 'returns', question: 'Can I send it back?',
    answer: html`Within sixty days, muddy or not. The label is in the box.`,
  },
  {
    id: 'mending', question: 'Do you mend things?',
    answer: html`Yes: rucksacks and tents for ten years, free. Everything else at cost.`,
  },
];

export function helpPage() {
  return {
    title: 'Help',
    view: html`
      <div class="help">
        <h1>How can we help?</h1>
        <p class="lead">Most answers are here. For the rest, ring Kendal on 01632 960 117, nine to five.</p>
        <div class="answers">${ANSWERS.map(({ id, question, answer }, index) => html`
          <details id="${id}" ${index === 0 ? html`open` : ''}><summary>${question}</summary><p>${answer}</p></details>`)}</div>
        <a class="button" href="/basket">Back to your basket</a>
      </div>`,
  };
}
