// The dashboard: asks for the analysis every few seconds and draws its sections. What the reader chose stands in the
// address. Values of the analysis reach the page as text only, never as markup.

import * as health from '/dashboard/health.js';
import * as help from '/dashboard/help.js';
import { definitions } from '/dashboard/parts.js';
import * as sessions from '/dashboard/sessions.js';
import * as stuck from '/dashboard/stuck.js';
import { h, update } from '/dashboard/tree.js';
import * as videos from '/dashboard/videos.js';
import * as words from '/dashboard/words.js';

const { count, sum, text } = words;

const EVERY_MS = 5000;
const PATIENCE_MS = 10_000;
/** Older numbers are called old although the collector answers. */
const OLD_MS = 60_000;
const SECTIONS = { stuck, videos, sessions, help, health };

const $ = (id) => document.getElementById(id);
/** What the reader chose, and the ids of the lists that show all. */
const view = { days: 7, key: '', rank: 'signals', level: '', page: '', open: new Set(), isFirst: true };
let data = null;
/** When the data was made, by this clock. */
let madeAt = 0;
let trouble = '';
let asked = null;
let timer = 0;

/** Takes a choice; what a written address says may be anything. */
function take(name, value) {
  view[name] = name !== 'days' ? value : ['1', '7', '30'].includes(value) ? Number(value) : 7;
}

/** What the analysis says, from untrusted JSON to a fixed shape. */
function read(analysis) {
  const all = {
    generated_at: Math.min(words.amount(analysis.generated_at) || Date.now(), words.MAX_TIME_MS),
    days: Math.min(30, Math.round(words.amount(analysis.days))) || view.days,
    key: text(analysis.key), keys: words.list(analysis.keys).map(text).filter(Boolean),
    pages: stuck.read(analysis.pages), videos: videos.read(analysis.videos), sessions: sessions.read(analysis.sessions),
    nudges: help.read(analysis.nudges), health: health.read(analysis.health),
  };
  return { ...all, empty: all.pages.length + all.sessions.length + all.nudges.length === 0 };
}

function drawTotals() {
  const total = (rows, name) => count(sum(rows.map((row) => row[name])));
  const signals = total(data.pages, 'total');
  const shown = total(data.nudges, 'shown');
  const atRisk = data.sessions.filter(({ level }) => level === 'high' || level === 'critical').length;
  const wrong = data.health.filter(health.isWrong).map(({ name }) => name);
  const totals = [['Page views', total(data.pages, 'views')], ['Signals', signals],
    ['Help asked for', total(data.pages, 'help')], ['Sessions at high risk', count(atRisk)],
    ['Help shown', shown], ['Helped', total(data.nudges, 'helped')]];
  update($('totals'), ...definitions(totals).childNodes);
  $('health-says').textContent = wrong.length > 0 ? `To look at: ${wrong.join(', ')}` : 'Everything works.';
  const counts = [['stuck', signals], ['videos', total(data.videos, 'plays')], ['sessions', count(atRisk), atRisk > 0], ['help', shown],
    ['health', wrong.length > 0 ? `${wrong.length} to look at` : 'fine', wrong.length > 0]];
  for (const [id, value, isAlarming] of counts) {
    $(`count-${id}`).textContent = value;
    $(`count-${id}`).classList.toggle('high', isAlarming ?? false);
  }
}

function drawControls() {
  for (const button of document.querySelectorAll('[data-do][aria-pressed]')) {
    button.setAttribute('aria-pressed', String(String(view[button.dataset.do]) === button.dataset.value));
  }
  if (!data) return;
  const keys = [...new Set(data.keys.concat(view.key || data.key || []))];
  // Asked without a key, the collector may answer for all.
  if (!view.key && !data.key) keys.unshift('');
  $('key-control').hidden = keys.length < 2;
  update($('key'), keys.map((key) => h('option', { value: key, 'data-key': key || ' ' }, key || 'All keys')));
  $('key').value = view.key || data.key;
  sessions.drawFilter(data, view, $('page'));
}

/** What is being read stays where it is on the screen, whatever comes or goes above it. */
function steadily(change) {
  const line = document.querySelector('.tabs').getBoundingClientRect().bottom + 12;
  // Between two rows there is nothing to hold on to; a little further down there is.
  const near = [line, line + 8].map((y) => document.elementFromPoint(innerWidth / 2, y)?.closest('li, section'));
  const read = scrollY > 0 && (near.find((node) => node?.matches('li')) ?? near[0]);
  const before = read && read.getBoundingClientRect().top;
  change();
  if (read?.isConnected) scrollBy(0, read.getBoundingClientRect().top - before);
}

function draw() {
  drawControls();
  if (!data) return;
  steadily(() => {
    $('welcome').hidden = !data.empty;
    $('totals').hidden = data.empty;
    $('main').classList.toggle('bare', data.empty);
    drawTotals();
    for (const [id, section] of Object.entries(SECTIONS)) update($(`${id}-body`), section.draw(data, view));
  });
  // The section that the address names was empty when the browser went there.
  if (view.isFirst) document.querySelector('section:target')?.scrollIntoView();
  view.isFirst = false;
  markTab();
}

function drawStatus() {
  const age = Math.max(0, Date.now() - madeAt);
  const updated = data && `updated ${age < 1000 ? 'just now' : `${words.duration(1000 * Math.floor(age / 1000))} ago`}`;
  $('status').dataset.state = trouble ? 'lost' : !data ? 'connecting' : age > OLD_MS ? 'old' : 'live';
  const said = [trouble && 'not reachable', updated].filter(Boolean).join(', ');
  $('status-text').textContent = said || 'asking the collector';
  const since = data ? `These numbers are of ${words.clock(madeAt)}. ` : '';
  $('alarm').textContent = `${trouble} ${since}This page keeps asking.`;
  if ($('alarm').hidden === Boolean(trouble)) steadily(() => { $('alarm').hidden = !trouble; });
}

/** Answers the analysis and when it was made, or says in an error why there is none. */
async function ask(signal) {
  const query = new URLSearchParams({ days: view.days, ...(view.key && { key: view.key }) });
  const answer = await fetch(`/analysis.json?${query}`, { cache: 'no-store', signal }).catch(() => null);
  if (!answer) throw new Error('The collector cannot be reached. Is it running?');
  const body = words.object(await answer.json().catch(() => null));
  const why = text(words.object(body.error).message);
  if (!answer.ok) throw new Error(`The collector has no analysis to show (HTTP ${answer.status}). ${why}`.trim());
  // The age is told by the collector's clock, which need not be this one's.
  const sent = Date.parse(answer.headers.get('date')) || Date.now();
  return [body, Date.now() - Math.max(0, sent - (words.number(body.generated_at) ?? sent))];
}

async function refresh() {
  clearTimeout(timer);
  asked?.abort();
  const own = new AbortController();
  asked = own;
  const patience = setTimeout(() => own.abort(), PATIENCE_MS);
  const before = trouble;
  try {
    const [body, made] = await ask(own.signal);
    if (asked !== own) return;
    [data, madeAt, trouble] = [read(body), made, ''];
    draw();
  } catch (error) {
    if (asked !== own) return;
    trouble = error.message;
  } finally {
    clearTimeout(patience);
  }
  if (trouble !== before) $('announcer').textContent = trouble || 'The collector answers again.';
  $('main').removeAttribute('aria-busy');
  drawStatus();
  timer = setTimeout(refresh, EVERY_MS);
}

/** Keeps a choice, in the address too, and draws by it. */
function choose(name, value) {
  take(name, value);
  const query = new URLSearchParams(location.search);
  if (value) query.set(name, value);
  else query.delete(name);
  history.replaceState(null, '', `${location.pathname}?${query}`.replace(/\?$/, '') + location.hash);
  draw();
  if (name !== 'days' && name !== 'key') return;
  $('main').setAttribute('aria-busy', 'true');
  refresh();
}

const ACTIONS = {
  days: (value) => choose('days', value),
  rank: (value) => choose('rank', value),
  level: (value) => choose('level', value),
  page: (value) => {
    choose('level', '');
    choose('page', value);
    location.hash = 'sessions';
    $('sessions-title').focus({ preventScroll: true });
  },
  more: (value) => {
    if (!view.open.delete(value)) view.open.add(value);
    draw();
  },
};

/** Marks the tab of the section that is being read. */
function markTab() {
  const ids = Object.keys(SECTIONS);
  const isEnd = scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
  const passed = ids.findLast((id) => $(id).getBoundingClientRect().top < innerHeight / 3) ?? ids[0];
  const current = isEnd ? ids.at(-1) : passed;
  for (const id of ids) document.querySelector(`.tabs [href="#${id}"]`).ariaCurrent = id === current ? 'true' : null;
}

for (const name of ['days', 'key', 'rank', 'level', 'page']) {
  const value = new URLSearchParams(location.search).get(name);
  if (value !== null) take(name, value);
}
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (button) ACTIONS[button.dataset.do](button.dataset.value);
});
for (const name of ['key', 'page']) $(name).addEventListener('change', () => choose(name, $(name).value));
document.addEventListener('scroll', markTab, { passive: true });
document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : refresh()));
$('snippet').textContent = `import { init } from '@unsnag/sdk';
init({ key: 'demo', endpoint: '${location.origin}', consent: 'granted' });`;
setInterval(drawStatus, 1000);
drawControls();
refresh();
