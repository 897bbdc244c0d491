// The live view: reads the feed of durable records and shows what arrived, was detected, decided and shown.
// Values of records reach the page as text only, never as markup. All that is kept is bounded.

import * as words from '/live/words.js';

const MAX_ROWS = 200;
const MAX_SESSIONS = 12;
const MAX_INTERVENTIONS = 500;
const MAX_SEEN = 400;
const RETRY_MS = 2000;
const TERMINAL = new Set(['clicked', 'dismissed', 'expired', 'helped', 'failed', 'held_out']);

const $ = (id) => document.getElementById(id);
const totals = { batches: 0, events: 0, dropped: 0, signals: 0, shown: 0, clicked: 0 };
const sessions = new Map();
const interventions = new Map();
const signals = new Map();
const seen = new Map();
let filter = 'all';
let chosen = null;
let paused = false;
let waiting = [];

/** Makes an element; children are elements or texts. */
function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== ''));
  return node;
}

function bound(map, size) {
  while (map.size > size) map.delete(map.keys().next().value);
}

/** What one record says, from untrusted JSON to a fixed shape. */
function read(record) {
  const batch = words.object(record.batch);
  const events = words.list(batch.events).filter(words.isObject);
  const dispositions = words.object(record.dispositions);
  const drops = Object.entries(words.object(dispositions.drop)).filter(([, count]) => words.number(count) !== null);
  const counts = new Map();
  for (const event of events) {
    const type = words.text(event.type) || 'unknown';
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const of = (type) => events.filter((event) => event.type === type).map((event) => ({ ...words.object(event.data), sent: words.number(event.at), verified: event.verified !== false }));
  return {
    at: words.number(record.received_at) ?? 0,
    session: words.text(batch.session) || 'unknown',
    page: words.text(words.object(batch.page).template),
    accepted: words.number(dispositions.ok) ?? events.length,
    drops,
    counts: [...counts],
    signals: of('signal'),
    outcomes: of('outcome'),
    risk: words.isObject(record.risk) ? record.risk : null,
    decision: words.isObject(record.decision) ? record.decision : null,
    offer: offer(words.object(record.decision)),
  };
}

/** What the host offered with a batch, if anything; its outcomes name the decision. */
function offer(decision) {
  const rule = words.text(decision.rule);
  const id = words.text(decision.id);
  return rule && id ? { id, rule, heldOut: decision.arm === 'holdout' } : null;
}

function riskMeter(risk) {
  const score = Math.min(1, Math.max(0, words.number(risk.score) ?? 0));
  const level = words.text(risk.level) || 'low';
  const fill = document.createElement('i');
  fill.style.setProperty('--score', String(score));
  const bar = el('div', 'bar', fill);
  bar.setAttribute('role', 'meter');
  bar.setAttribute('aria-label', 'risk');
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '1');
  bar.setAttribute('aria-valuenow', score.toFixed(2));
  const box = el('div', 'risk', el('div', 'line', el('span', 'level', `${level} risk`), el('span', 'soft', score.toFixed(2))), bar);
  box.dataset.level = level;
  return box;
}

function cell(title, ...children) {
  const filled = children.filter(Boolean);
  const node = el('div', filled.length > 0 ? 'cell' : 'cell none', el('h3', '', title), ...filled);
  if (filled.length === 0) node.append('–');
  return node;
}

function arrived(facts) {
  const types = facts.counts.map(([type, count]) => el('span', 'chip', count > 1 ? `${type} × ${count}` : type));
  const drops = facts.drops.map(([code, count]) => el('span', 'chip drop', `dropped: ${words.dropName(code)}${count > 1 ? ` × ${count}` : ''}`));
  return cell('Arrived', el('div', '', `${words.plural(facts.accepted, 'event')} accepted`), el('div', 'chips', ...types, ...drops));
}

function detected(facts) {
  return cell('Detected', ...facts.signals.map((signal) => {
    const grade = words.text(signal.grade);
    const known = ['suspected', 'likely', 'confirmed', 'retracted'].includes(grade);
    const chip = el('span', known ? `chip grade-${grade}` : 'chip', grade || 'no grade');
    const suppressed = words.text(signal.suppressed_by);
    return el('div', 'signal',
      el('div', 'line', el('span', 'strong', words.kindName(signal.kind)), chip, suppressed ? el('span', 'chip', `suppressed by ${words.reason(suppressed)}`) : null),
      el('div', 'soft', words.evidence(signal)));
  }));
}

function decided(facts) {
  const { risk, decision } = facts;
  if (!risk && !decision) return cell('Decided');
  const parts = [risk ? riskMeter(risk) : null];
  if (decision) {
    if (facts.offer) {
      parts.push(el('div', '', el('span', 'strong', facts.offer.heldOut ? 'Held out' : 'Offer help'), ' by rule ', el('code', '', facts.offer.rule)));
    } else {
      parts.push(el('div', 'soft strong', 'Nothing to do'));
    }
    const reasons = words.list(decision.reasons).map(words.reason).filter(Boolean);
    if (reasons.length > 0) parts.push(el('ul', 'reasons', ...reasons.map((reason) => el('li', '', reason))));
  }
  return cell('Decided', ...parts);
}

/** The decision that an outcome belongs to; without one, the intervention itself. */
function offerOf(outcome) {
  return words.text(outcome.decision) || words.text(outcome.intervention);
}

/** The way of one intervention so far; redrawn in every row that shows it. */
function drawPath(node, id) {
  const steps = interventions.get(id)?.steps ?? [];
  node.replaceChildren(...steps.flatMap(({ what, at }, index) => {
    const good = what === 'clicked' || what === 'helped';
    const step = el('span', `step ${good ? 'good' : TERMINAL.has(what) ? 'bad' : ''}`.trim(), words.reason(what));
    if (index === 0) return [step];
    return [el('span', 'arrow', `→ ${words.duration(Math.max(0, at - steps[index - 1].at))} →`), step];
  }));
}

function shown(facts) {
  const ids = [...new Set([
    ...facts.outcomes.map(offerOf),
    facts.offer?.id ?? '',
  ].filter(Boolean))];
  return cell('Shown', ...ids.map((id) => {
    const path = el('div', 'path');
    const state = interventions.get(id);
    state?.paths.push(path);
    // Rows leave the page after a while; only as many of their paths are kept.
    if (state && state.paths.length > 8) state.paths.shift();
    drawPath(path, id);
    const unverified = facts.outcomes.some((outcome) => offerOf(outcome) === id && !outcome.verified);
    return el('div', '', el('div', 'soft cut', state?.rule ? `nudge of rule ${state.rule}` : 'nudge'), path, unverified ? el('span', 'chip', 'not verified') : null);
  }));
}

function track(facts) {
  if (facts.offer && !interventions.has(facts.offer.id)) {
    const first = { what: facts.offer.heldOut ? 'not to be shown' : 'sent', at: facts.at };
    interventions.set(facts.offer.id, { rule: facts.offer.rule, steps: [first], paths: [] });
  }
  for (const outcome of facts.outcomes) {
    const id = offerOf(outcome);
    const what = words.text(outcome.what);
    if (!id || !what) continue;
    if (!interventions.has(id)) interventions.set(id, { rule: '', steps: [], paths: [] });
    const state = interventions.get(id);
    if (state.steps.some((step) => step.what === what)) continue;
    state.steps.push({ what, at: outcome.sent ?? facts.at });
    if (what === 'shown' && outcome.verified) totals.shown += 1;
    if (what === 'clicked' && outcome.verified) totals.clicked += 1;
    for (const path of state.paths) drawPath(path, id);
  }
  bound(interventions, MAX_INTERVENTIONS);
}

function row(facts, fresh) {
  const node = el('li', fresh ? 'row fresh' : 'row',
    el('header', '', el('time', '', words.clock(facts.at)), el('span', 'id', facts.session.slice(0, 8)), el('span', 'soft cut', facts.page)),
    arrived(facts), detected(facts), decided(facts), shown(facts));
  node.dataset.session = facts.session;
  node.dataset.level = words.text(facts.risk?.level);
  const stages = ['all'];
  if (facts.signals.length > 0) stages.push('detected');
  if (facts.offer) stages.push('decided');
  if (facts.outcomes.length > 0) stages.push('shown');
  node.dataset.stages = stages.join(' ');
  return node;
}

function remember(facts) {
  const session = sessions.get(facts.session) ?? { signals: 0, risk: null, page: '', at: 0 };
  sessions.delete(facts.session);
  sessions.set(facts.session, session);
  if (sessions.size > MAX_SESSIONS && sessions.keys().next().value === chosen) choose(null);
  bound(sessions, MAX_SESSIONS);
  session.at = facts.at;
  session.page = facts.page || session.page;
  session.risk = facts.risk ?? session.risk;
  for (const signal of facts.signals) {
    // A chain counts while its newest revision is neither suppressed nor taken back.
    const id = `${facts.session} ${words.text(signal.signal)}`;
    const counts = !words.text(signal.suppressed_by) && signal.grade !== 'retracted' ? 1 : 0;
    const change = counts - (signals.get(id) ?? 0);
    session.signals += change;
    totals.signals += change;
    signals.set(id, counts);
  }
  bound(signals, 5 * MAX_ROWS);
}

function drawSessions() {
  const focused = document.activeElement?.closest?.('#sessions button')?.dataset.session;
  const cards = [...sessions].reverse().map(([id, session]) => {
    const card = el('button', '',
      el('span', 'line', el('span', 'id', id.slice(0, 8)), el('span', 'soft', words.clock(session.at))),
      el('span', 'soft cut', session.page || '–'),
      session.risk ? riskMeter(session.risk) : el('span', 'soft', 'no risk yet'),
      el('span', 'soft', words.plural(session.signals, 'signal')));
    card.type = 'button';
    card.dataset.session = id;
    card.setAttribute('aria-pressed', String(chosen === id));
    card.addEventListener('click', () => choose(chosen === id ? null : id));
    return el('li', '', card);
  });
  $('sessions').replaceChildren(...cards);
  $('sessions-section').hidden = cards.length === 0;
  for (const button of $('sessions').querySelectorAll('button')) if (button.dataset.session === focused) button.focus({ preventScroll: true });
}

function applyFilter() {
  let visible = 0;
  for (const node of $('timeline').children) {
    const fits = node.dataset.stages.split(' ').includes(filter) && (chosen === null || node.dataset.session === chosen);
    node.hidden = !fits;
    if (fits) visible += 1;
  }
  const any = $('timeline').children.length > 0;
  $('empty').hidden = any;
  $('stages').hidden = !any || visible === 0;
  $('nothing').hidden = !any || visible > 0;
  $('show-all').hidden = chosen === null;
}

function choose(session) {
  chosen = session;
  drawSessions();
  applyFilter();
}

function announce(facts) {
  const newest = facts.signals.at(-1);
  const outcome = facts.outcomes.at(-1);
  if (outcome) $('announcer').textContent = `Nudge ${words.reason(outcome.what)}, session ${facts.session.slice(0, 8)}`;
  else if (newest) $('announcer').textContent = `${words.kindName(newest.kind)}, ${words.text(newest.grade)}, session ${facts.session.slice(0, 8)}`;
}

/** Shows records in the order in which they came, the newest on top; drawing is done once for all of them. */
function show(records) {
  const fresh = records.length <= 5;
  for (const record of records) {
    const facts = read(record);
    totals.batches += 1;
    totals.events += facts.accepted;
    totals.dropped += facts.drops.reduce((sum, [, count]) => sum + count, 0);
    track(facts);
    remember(facts);
    $('timeline').prepend(row(facts, fresh));
    if (fresh) announce(facts);
  }
  while ($('timeline').children.length > MAX_ROWS) $('timeline').lastElementChild.remove();
  for (const [name, count] of Object.entries(totals)) $(`total-${name}`).textContent = count.toLocaleString();
  drawSessions();
  applyFilter();
}

let scheduled = false;
function schedule() {
  if (paused) {
    $('pause').textContent = waiting.length > 0 ? `Resume (${waiting.length} new)` : 'Resume';
    if (waiting.length > MAX_ROWS) waiting = waiting.slice(-MAX_ROWS);
    return;
  }
  if (scheduled || waiting.length === 0) return;
  scheduled = true;
  // Timers, not frames: a view in a background tab must not pile up records.
  setTimeout(() => {
    scheduled = false;
    if (paused) return;
    const records = waiting.slice(-MAX_ROWS);
    waiting = [];
    show(records);
  }, 50);
}

function setStatus(state, message) {
  $('status').dataset.state = state;
  $('status-text').textContent = message;
}

function connect() {
  const feed = new EventSource('/feed');
  feed.addEventListener('open', () => setStatus('live', 'live'));
  feed.addEventListener('message', (message) => {
    let record;
    try {
      record = JSON.parse(message.data);
    } catch {
      return;
    }
    // A feed that starts again repeats what it has; a new log begins at 0 again. Number and time together tell.
    if (!words.isObject(record) || seen.get(message.lastEventId) === record.received_at) return;
    seen.set(message.lastEventId, record.received_at);
    bound(seen, MAX_SEEN);
    waiting.push(record);
    schedule();
  });
  feed.addEventListener('error', () => {
    setStatus('lost', 'collector not reachable, trying again');
    if (feed.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  });
}

$('snippet').textContent = `import { init } from '@unsnag/sdk';\ninit({ key: 'demo', endpoint: '${location.origin}', consent: 'granted' });`;
$('pause').addEventListener('click', () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  $('pause').textContent = paused ? 'Resume' : 'Pause';
  schedule();
});
$('show-all').addEventListener('click', () => choose(null));
for (const button of document.querySelectorAll('[data-filter]')) {
  button.addEventListener('click', () => {
    filter = button.dataset.filter;
    for (const other of document.querySelectorAll('[data-filter]')) other.setAttribute('aria-pressed', String(other === button));
    applyFilter();
  });
}
connect();
