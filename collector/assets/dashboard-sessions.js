// The newest sessions: how far at risk, why, what was recommended, and what became of the help.

import { bar, block, definitions, long, named, nothing, ranking, soft } from '/dashboard/parts.js';
import { h, update } from '/dashboard/tree.js';
import * as viewer from '/dashboard/viewer.js';
import * as words from '/dashboard/words.js';

const { amount, isObject, list, reason, share, text } = words;

const GOOD = ['clicked', 'helped'];
const BAD = ['dismissed', 'expired', 'failed', 'held_out'];
/** Of longer ways through the site only the first page and the last ones stand in the row. */
const PAGES_TOLD = 4;

/** What is known of each session, from untrusted JSON to a fixed shape. */
export const read = (sessions) => list(sessions).filter(isObject).map((session) => ({
  ...session, level: text(session.level), pages: list(session.pages).map(text).filter(Boolean),
  indicators: list(session.indicators).filter(isObject).sort((a, b) => share(b.share) - share(a.share)),
  nudges: list(session.nudges).filter(isObject),
}));

const fits = ({ level, pages }, chosen, page) => (!chosen || level === chosen) && (!page || pages.includes(page));
const title = (indicator) => text(indicator.title) || words.sentence(reason(indicator.code));
const way = (pages) => pages.flatMap((page, index) => [index > 0 && ' → ', h('bdi', null, page)]);

function advice({ action, urgency }) {
  return words.sentence([action, urgency].map(reason).filter(Boolean).join(', ')) || 'Nothing to do';
}

function nudge({ entry, channel, at, outcomes }) {
  const steps = list(outcomes).map(text).flatMap((what, index) => [
    index > 0 && h('span', { class: 'arrow' }, '→'),
    h('span', { class: `step ${GOOD.includes(what) ? 'good' : BAD.includes(what) ? 'bad' : ''}` }, reason(what)),
  ]);
  return h('li', null, named(entry), soft(` ${reason(channel)}, ${words.clock(at)}`),
    h('span', { class: 'path' }, steps.length > 0 ? steps : soft('No answer yet')));
}

function details(session, view) {
  const id = (value) => h('bdi', { class: 'id' }, text(value) || 'not known');
  const facts = [
    ['Recommended', advice(session)],
    ['Confidence', words.percent(share(session.confidence))],
    ['Scored by', `${reason(session.model)} ${text(session.model_version)} (${reason(session.source)})`],
    ['Lasted', words.duration(amount(amount(session.ended) - amount(session.began)))],
    ['Session', id(session.session)],
    ['Visitor', id(session.visitor)],
  ];
  const indicators = session.indicators.map((each) => [title(each), share(each.share), text(each.said)]);
  const { explained_by: by, explanation, nudges, pages } = session;
  return h('div', { class: 'inside' },
    h('div', null,
      block('What happened', h('p', null, text(explanation) || 'No explanation yet.'),
        text(by) && h('p', null, soft(`Explained by ${reason(by)}`))),
      pages.length > PAGES_TOLD && block('Pages', h('p', null, way(pages))),
      definitions(facts, { class: 'facts' })),
    h('div', null,
      block('Indicators', indicators.length > 0 ? ranking('indicators', indicators, 1, words.percent, view.open)
        : soft('None.')),
      block('Help', nudges.length > 0 ? h('ul', { class: 'nudges' }, nudges.map(nudge)) : soft('None was sent.'))),
    viewer.draw(session.video, view));
}

function row(session, view) {
  const { pages, indicators: [first, ...others], nudges, level, score } = session;
  const told = pages.length > PAGES_TOLD ? [pages[0], '…', ...pages.slice(-2)] : pages;
  const why = first ? `${title(first)}${others.length > 0 ? ` and ${others.length} more` : ''}` : 'No indicators';
  const hasHelped = nudges.some((each) => list(each.outcomes).includes('helped'));
  return h('li', { 'data-key': `${text(session.key)} ${text(session.session)}` },
    h('details', { class: 'card', 'data-level': level },
      h('summary', { class: 'session' },
        h('span', { class: 'when' }, h('span', null, words.clock(session.began)),
          h('bdi', { class: 'id soft' }, words.brief(session.session))),
        h('span', { class: 'what' }, h('span', { class: 'clip' }, told.length > 0 ? way(told) : 'No page'),
          h('span', { class: 'soft clip' }, why)),
        h('span', { class: 'risk', 'data-level': level },
          h('span', { class: 'line' }, h('b', { class: 'level' }, words.sentence(reason(level)) || 'No level'),
            soft(words.ratio(share(score)))),
          bar(share(score))),
        h('span', { class: 'advice' }, h('span', null, advice(session)),
          hasHelped ? h('span', { class: 'soft helped' }, 'helped') : nudges.length > 0 && soft(words.plural(nudges.length, 'nudge')))),
      details(session, view)));
}

/** Draws the filter. */
export function drawFilter({ sessions }, view, select) {
  for (const button of document.querySelectorAll('[data-do="level"]')) {
    const { value } = button.dataset;
    const fitting = sessions.filter((session) => fits(session, value, view.page)).length;
    update(button, value ? words.sentence(value) : 'All', ' ', h('span', { class: 'count' }, words.count(fitting)));
  }
  const pages = [...new Set(sessions.flatMap((session) => session.pages).concat(view.page || []))].sort();
  update(select, h('option', { value: '' }, 'All pages'),
    pages.map((page) => h('option', { value: page, 'data-key': page }, page)));
  select.value = view.page;
}

/** What the section holds. */
export function draw({ sessions }, view) {
  const fitting = sessions.filter((session) => fits(session, view.level, view.page)).map((session) => row(session, view));
  if (fitting.length > 0) return long('ol', 'rows', 'sessions', fitting, view.open);
  return nothing(sessions.length > 0 ? 'None of the newest sessions fits this filter.'
    : 'Sessions appear here, the newest first, once somebody visits a page: how far at risk, why, and what to do.');
}
