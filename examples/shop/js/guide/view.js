// The guide's markup; what it means is decided in guide.js.

import { fill, html } from '../html.js';

function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

export function drawGuide(root) {
  fill(root, html`
    <div class="guide-bar">
      <p class="guide-title">Unsnag demo <span class="guide-progress" data-part="progress"></span></p>
      <button type="button" class="guide-toggle" data-part="toggle" aria-controls="guide-body"></button>
    </div>
    <p class="guide-latest" role="status" data-part="latest" data-testid="guide-latest"></p>
    <div class="guide-body" id="guide-body">
      <div class="guide-scroll">
        <p class="guide-intro">This shop has faults on purpose. Run into them and watch what is noticed.</p>
        <ol class="guide-steps" data-part="steps" role="list"></ol>
        <div class="guide-earlier" data-part="earlier-box" hidden>
          <h2>Before that</h2>
          <ul data-part="earlier" role="list"></ul>
        </div>
      </div>
      <p class="guide-links">
        <a data-part="live" target="_blank" rel="noopener" data-testid="live-view" hidden>Open the live view</a>
        <button type="button" data-part="restart" data-testid="guide-restart">Start again</button>
      </p>
    </div>`);
  const names = ['progress', 'toggle', 'latest', 'steps', 'earlier', 'earlier-box', 'live', 'restart'];
  return Object.fromEntries(names.map((name) => [name, part(root, name)]));
}

const TICK = html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8.5l3 3 6-7"/></svg>`;

function stepView(step, number, done, linked) {
  return html`
    <li class="guide-step" data-testid="guide-step-${step.id}" data-done="${String(done)}">
      <span class="guide-mark" aria-hidden="true">${done ? TICK : number}</span>
      <div>
        <strong>${done && html`<span class="hidden">Done: </span>`}${step.title}</strong>
        ${!done && html`<span>${step.why}</span>`}
        ${linked && html`<a href="${step.path}">Go to ${step.where}</a>`}
      </div>
    </li>`;
}

export function drawSteps(parts, steps, ticks) {
  // The link that has the keyboard's focus is drawn anew with its step.
  const focused = [...parts.steps.querySelectorAll('a')].indexOf(document.activeElement);
  // Neighbours on one page share a link: the first that is still to do has it.
  const linked = new Set();
  fill(parts.steps, steps.map((step, index) => {
    const done = Boolean(ticks[step.id]);
    const first = step.path && !done && !linked.has(step.path);
    if (first) linked.add(step.path);
    return stepView(step, index + 1, done, first);
  }));
  if (focused >= 0) parts.steps.querySelectorAll('a')[focused]?.focus({ preventScroll: true });
  const done = steps.filter((step) => ticks[step.id]).length;
  parts.progress.textContent = `${done} of ${steps.length}`;
}

export function drawLatest(parts, latest, earlier) {
  parts.latest.dataset.tone = latest.tone;
  fill(parts.latest, html`<strong>${latest.tag}</strong> <span>${latest.text}</span>`);
  parts['earlier-box'].hidden = earlier.length === 0;
  fill(parts.earlier, earlier.map((entry) => html`<li><strong>${entry.tag}</strong> ${entry.text}</li>`));
}
