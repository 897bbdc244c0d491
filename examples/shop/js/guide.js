// The demo guide: what to try, what was ticked off, what was just noticed.

import { refillBasket } from './basket.js';
import { drawGuide, drawLatest, drawSteps } from './guide/view.js';
import { watchStepper } from './guide/quiet.js';
import { STEPS, stepFor } from './guide/steps.js';
import { describeIntervention, describeSignal } from './guide/words.js';
import { startOver } from './order.js';
import { go } from './router.js';
import { load, save } from './storage.js';

const WIDE = '(min-width: 1100px)';
const EARLIER_SHOWN = 3;
/** The guide waits a little before it draws: it must not slow down the help that it talks about. */
const DRAW_AFTER_MS = 100;

export function createGuide(root) {
  let ticks = load('guide.ticks', {});
  let notices = [];
  let ready = false;
  let drawing;
  let open = load('guide.open', matchMedia(WIDE).matches);

  const parts = drawGuide(root);
  const stepperWatch = watchStepper({
    onQuiet: (presses) => {
      if (!ready) return;
      notice({ id: 'quiet', tone: 'good', tag: 'All quiet', text: `${presses} quick presses, and nothing to report: each one changed the number.` });
      tick('stepper', 'quiet');
    },
    onLoud: () => notice({ id: 'quiet', tone: 'bad', tag: 'Too eager', text: 'The stepper raised a signal. It should have stayed quiet.' }),
  });

  function showOpen() {
    root.dataset.open = String(open);
    parts.toggle.setAttribute('aria-expanded', String(open));
    parts.toggle.textContent = open ? 'Hide steps' : 'Show steps';
  }

  function show() {
    clearTimeout(drawing);
    drawing = setTimeout(draw, DRAW_AFTER_MS);
  }

  function draw() {
    drawSteps(parts, STEPS, ticks);
    const next = STEPS.find((step) => !ticks[step.id]);
    const hint = next
      ? { tone: 'hint', tag: 'Try this', text: next.title }
      : { tone: 'good', tag: 'All five seen', text: 'The live view has the whole story.' };
    const [latest = hint, ...earlier] = notices;
    drawLatest(parts, latest, earlier.slice(0, EARLIER_SHOWN));
  }

  // A newer word on the same matter replaces the older one.
  function notice(entry) {
    notices = [entry, ...notices.filter((each) => each.id !== entry.id)].slice(0, EARLIER_SHOWN + 1);
    show();
  }

  function tick(step, because) {
    if (!step || ticks[step]) return;
    ticks = { ...ticks, [step]: because };
    save('guide.ticks', ticks);
    show();
  }

  function untick(because) {
    ticks = Object.fromEntries(Object.entries(ticks).filter(([, reason]) => reason !== because));
    save('guide.ticks', ticks);
    show();
  }

  function restart() {
    ticks = {};
    notices = [];
    save('guide.ticks', ticks);
    startOver();
    refillBasket();
    show();
    go('/');
  }

  parts.toggle.addEventListener('click', () => {
    open = !open;
    save('guide.open', open);
    showOpen();
  });
  parts.restart.addEventListener('click', restart);
  // On a phone the open steps cover the shop: out of the way once one was followed.
  parts.steps.addEventListener('click', (event) => {
    if (!event.target.closest('a') || matchMedia(WIDE).matches) return;
    open = false;
    showOpen();
  });

  showOpen();
  draw();

  return {
    visited(path) {
      if (ready && path === '/help') tick('help', 'visit');
    },
    onConfig(config) {
      parts.live.href = config.live_view;
      parts.live.hidden = false;
    },
    onReady() {
      ready = true;
      root.dataset.sdk = 'ready';
      if (location.pathname === '/help') tick('help', 'visit');
    },
    onTrouble(error) {
      const text = ready
        ? `Unsnag reports a problem: ${error.message}`
        : 'Unsnag did not start, so nothing is detected. The shop works all the same.';
      notice({ id: 'trouble', tone: 'bad', tag: 'Notice', text });
    },
    onSignal(signal) {
      stepperWatch.heard(signal);
      const entry = describeSignal(signal);
      if (!entry) return;
      if (signal.grade === 'retracted') {
        // Nobody was told of it, so nobody needs to hear that it was withdrawn.
        if (!notices.some((each) => each.id === signal.signal)) return;
        untick(signal.signal);
      } else {
        tick(stepFor(signal), signal.signal);
      }
      notice(entry);
    },
    onIntervention(intervention) {
      notice(describeIntervention(intervention));
    },
  };
}
