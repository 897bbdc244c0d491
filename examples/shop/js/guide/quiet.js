// Whether fast presses on a stepper stayed quiet: the one step where success is that nothing was reported.

const PRESSES = 5;
const BURST_GAP_MS = 1000;
// Longer than the detectors wait before they call a click unanswered.
const SILENCE_MS = 2000;

export function watchStepper({ onQuiet, onLoud }) {
  let presses = 0;
  let lastPress = -Infinity;
  let timer;
  const raised = new Set();

  function verdict() {
    if (raised.size > 0) onLoud();
    else onQuiet(presses);
    presses = 0;
    raised.clear();
  }

  document.addEventListener('shop:step', (event) => {
    if (event.timeStamp - lastPress > BURST_GAP_MS) {
      presses = 0;
      raised.clear();
    }
    lastPress = event.timeStamp;
    presses += 1;
    clearTimeout(timer);
    if (presses >= PRESSES) timer = setTimeout(verdict, SILENCE_MS);
  });

  return {
    heard(signal) {
      if (signal.kind !== 'rage_click' || presses === 0) return;
      const stands = signal.grade === 'likely' || signal.grade === 'confirmed';
      if (stands && !signal.suppressed_by) raised.add(signal.signal);
      else raised.delete(signal.signal);
    },
  };
}
