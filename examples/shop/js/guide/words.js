// Signals and interventions in human words.

const COUNTS = new Set(['likely', 'confirmed', 'retracted']);

function rage({ clicks, span_ms: span }) {
  const many = Number.isFinite(clicks) ? `${clicks} clicks` : 'Quick clicks';
  const time = Number.isFinite(span) && span > 0 ? ` in ${(span / 1000).toFixed(1)} s` : '';
  return `${many}${time} on the same spot, and nothing answered.`;
}

const KINDS = {
  rage_click: ['Rage click', rage],
  dead_click: ['Dead click', () => 'A click on something that looks like a button, and nothing happened.'],
  error_click: ['Error click', () => 'A click made the page’s own code throw an error.'],
  slow_click: ['Slow click', () => 'A click that was answered only after a long wait.'],
  disabled_click: ['Disabled click', () => 'A click on something that is switched off.'],
  help_seeking: ['Help sought', () => 'Someone went looking for help.'],
};

function plainKind(kind) {
  const words = kind.replaceAll('_', ' ');
  return [words.charAt(0).toUpperCase() + words.slice(1), () => 'Something on this page is getting in the way.'];
}

/** The notice for a signal, or null where it is too faint to speak of. */
export function describeSignal(signal) {
  if (!COUNTS.has(signal.grade) || signal.suppressed_by) return null;
  const [tag, say] = KINDS[signal.kind] ?? plainKind(signal.kind);
  if (signal.grade === 'retracted') {
    return { id: signal.signal, tone: 'good', tag, text: 'Taken back: the page answered after all.' };
  }
  const certainty = signal.grade === 'confirmed' ? 'confirmed' : 'likely';
  return { id: signal.signal, tone: 'signal', tag: `${tag}, ${certainty}`, text: say(signal.evidence ?? {}) };
}

export function describeIntervention(intervention) {
  if (intervention.held_out) {
    return { id: intervention.id, tone: 'hint', tag: 'Held out', text: 'Help was decided, but this visitor is in the comparison group and sees none.' };
  }
  return { id: intervention.id, tone: 'good', tag: 'Help is here', text: 'Unsnag decided to help: look for the nudge, and follow it.' };
}
