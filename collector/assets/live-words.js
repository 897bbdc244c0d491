// Turns what a record holds into words. Works on untrusted values: whatever is not of the expected type is left out.

const KINDS = {
  rage_click: 'Rage click', dead_click: 'Dead click', slow_click: 'Slow click', error_click: 'Error click',
  disabled_click: 'Disabled click', cursor_thrash: 'Cursor thrash', keyboard_frustration: 'Keyboard frustration',
  dead_swipe: 'Dead swipe', quick_back: 'Quick back', scroll_hunt: 'Scroll hunt', form_struggle: 'Form struggle',
  form_abandon: 'Form abandoned', reload: 'Reload', help_seeking: 'Help seeking', video_struggle: 'Video struggle',
};

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const object = (value) => (isObject(value) ? value : {});
export const list = (value) => (Array.isArray(value) ? value : []);
export const text = (value) => (typeof value === 'string' ? value : '');
export const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

const plain = (word) => word.replaceAll('_', ' ').replaceAll('-', ' ');

export function kindName(kind) {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : plain(text(kind)) || 'Signal';
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

export function clock(ms) {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? '' : time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** One value of a list such as `looked_for`: a plain name, or an object with a name and a time. */
function item(value) {
  if (typeof value === 'string') return plain(value);
  const { what, kind, name, after_ms: after } = object(value);
  const word = plain(text(what) || text(kind) || text(name));
  return word && number(after) !== null ? `${word} after ${duration(after)}` : word;
}

/** Names in a row; of a long list the first three. */
function row(values) {
  const names = list(values).map(item).filter(Boolean);
  if (names.length <= 4) return names.join(', ');
  return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** "5 clicks in 420 ms on a submit button. Looked for a DOM change; nothing came." */
export function evidence(signal) {
  const { looked_for: lookedFor, came, clicks, span_ms: span, ...rest } = object(signal.evidence);
  const parts = [];
  const count = number(clicks);
  if (count !== null) parts.push(plural(count, 'click') + (number(span) !== null && count > 1 ? ` in ${duration(span)}` : ''));
  const target = [text(signal.label), text(signal.role)].filter((word) => word && word !== 'other').map(plain);
  if (target.length > 0) parts.push(`on a ${[...new Set(target)].join(' ')}`);
  const sentences = parts.length > 0 ? [`${parts.join(' ')}.`] : [];
  const facts = Object.entries(rest).flatMap(([name, value]) => {
    if (number(value) !== null) return [name.endsWith('_ms') ? `${plain(name.slice(0, -3))} ${duration(value)}` : `${plain(name)} ${value}`];
    return typeof value === 'string' && value ? [`${plain(name)} ${plain(value)}`] : [];
  });
  if (facts.length > 0) sentences.push(`${facts.join(', ')}.`);
  const wanted = row(lookedFor);
  const answered = row(came);
  if (wanted) sentences.push(`Looked for ${wanted}; ${answered ? `came: ${answered}` : 'nothing came'}.`);
  else if (answered) sentences.push(`Came: ${answered}.`);
  const sentence = sentences.join(' ');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export function dropName(code) {
  return plain(code);
}

export function reason(value) {
  return plain(text(value));
}
