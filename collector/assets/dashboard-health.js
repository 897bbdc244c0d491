// Whether everything works: numbers with a word each; where something is wrong, what to do.

import { definitions, soft } from '/dashboard/parts.js';
import { h } from '/dashboard/tree.js';
import * as words from '/dashboard/words.js';

const { amount, count, list, object, plural, reason, sentence, sum, text } = words;

/** Batches waiting; more means that the analysis does not keep up. */
const MUCH_BEHIND = 1000;
const MIB = 1024 * 1024;
/** The share of failures, fallbacks or repeats that is worth a look. */
const MANY = 0.05;
const FAILURE = /fail|error|refus|reject|timeout|invalid/;
const FALLBACKS = {
  slow: 'too slow', unavailable: 'not reachable', vector: 'features refused', nonsense: 'nonsense answered',
  open: 'resting after failures', none: 'no model set up',
};

/** `[[…names, count]]`; what is of another shape is left out. */
const counted = (value, names = 1) => list(value).filter((each) => list(each).length > names)
  .map((each) => [...each.slice(0, names).map(text), amount(each[names])]);
const total = (rows) => sum(rows.map((row) => row.at(-1)));

/** A part of the system. A finding is what to do, or false; `isBroken` makes it the worst verdict. */
function part(name, numbers, { isIdle, isBroken, findings }) {
  const says = findings.filter(Boolean);
  const verdict = isBroken ? 'broken' : says.length > 0 ? 'look' : isIdle ? 'idle' : 'fine';
  return { name, verdict, says, numbers };
}

function pipeline(health) {
  const [consumed, repeated, poison, behind, conflicts, retries, unknown, late] = ['consumed', 'repeated', 'poison',
    'behind', 'conflicts', 'retries', 'unknown_events', 'late'].map((name) => amount(health[name]));
  const differ = counted(health.disagreements);
  const numbers = [
    ['Batches read', consumed], ['Read twice', repeated], ['Waiting', behind], ['Late', late], ['Unreadable', poison],
    ['Unknown events', unknown], ['Conflicts', conflicts], ['Retries', retries],
    ...differ.map(([name, n]) => [`Differs: ${reason(name)}`, n]),
  ];
  const findings = [
    poison > 0 && `${plural(poison, 'batch', 'batches')} could not be read. The collector's log says why.`,
    behind > MUCH_BEHIND && `${count(behind)} batches wait. If that keeps growing, the analysis needs a faster machine.`,
    unknown > 0 && 'Pages send events that this collector does not know. Update the collector.',
    retries > MANY * consumed && 'Many writes had to be tried again. See whether the disk is busy.',
    total(differ) > MANY * consumed && 'Pages claim other numbers than their events show. Update the SDK there.',
  ];
  return part('Pipeline', numbers, { isIdle: consumed === 0, findings });
}

/** A second model, as a shadow or for a share of the visitors. */
function tried(variant) {
  const { name, model, version, share_basis_points: share, shadowed, shadow_agreed: agreed, shadow_failed: failed } =
    object(variant);
  if (!text(name)) return [];
  const numbers = [[`Variant ${text(name)}`, `${text(model)} ${text(version)}`]];
  if (amount(share) > 0) return [...numbers, ['Its share', `${amount(share) / 100} %`]];
  return [...numbers, ['Shadow, same level', words.of(amount(agreed), amount(shadowed))], ['Shadow, no score', amount(failed)]];
}

function model({ model }) {
  const { name, version, scored, cached, fallback, variant } = object(model);
  const failed = counted(fallback).map(([code, n]) => [Object.hasOwn(FALLBACKS, code) ? FALLBACKS[code] : reason(code), n]);
  const good = amount(scored) + amount(cached);
  const said = failed.map(([why, n]) => `${why} (${count(n)})`).join(', ');
  const numbers = [
    ['Name', `${text(name)} ${text(version)}`.trim() || 'none'], ['Scored', amount(scored)],
    ['From the cache', amount(cached)], ...failed.map(([why, n]) => [`Rules: ${why}`, n]), ...tried(variant),
  ];
  const isBroken = good === 0 && total(failed) > 0;
  const findings = [
    isBroken && `Rules score every session: ${said}. Check the model's settings.`,
    good > 0 && total(failed) > MANY * good && `Rules often stand in: ${said}. Give the model more time or a faster machine.`,
  ];
  return part('Model', numbers, { isIdle: good === 0, isBroken, findings });
}

function analyst({ analyst }) {
  const explained = counted(analyst);
  const failed = total(explained.filter(([name]) => FAILURE.test(name)));
  const findings = [failed > MANY * total(explained)
    && 'Explanations often fail, and templates stand in. Check the access and the limits of the language model.'];
  return part('Analyst', explained.map(([name, n]) => [sentence(reason(name)), n]), { isIdle: explained.length === 0, findings });
}

function channels({ channels }) {
  const sent = counted(channels, 2);
  let isBroken = false;
  const findings = [...new Set(sent.map(([channel]) => channel))].map((channel) => {
    const own = sent.filter(([each]) => each === channel);
    const failed = total(own.filter(([, what]) => FAILURE.test(what)));
    const isDead = failed > 0 && failed === total(own);
    isBroken ||= isDead;
    if (isDead) return `Nothing gets through by ${reason(channel)}. Check its address and its key.`;
    return failed > MANY * total(own) && `${words.of(failed, total(own))} by ${reason(channel)} failed. The collector's log says why.`;
  });
  const numbers = sent.map(([channel, what, n]) => [`${sentence(reason(channel))}, ${reason(what)}`, n]);
  return part('Channels', numbers, { isIdle: sent.length === 0, isBroken, findings });
}

function store(health) {
  const [state, error] = [text(health.store), text(health.last_error)];
  const isBroken = state !== '' && state !== 'ok';
  const [used, most, evicted] = ['used_bytes', 'max_bytes', 'evicted'].map((name) => amount(health[name]));
  const findings = [
    isBroken && 'The store does not work. Check that its folder is writable and has room.',
    evicted > 0 && 'There was no room, and what would have ended soonest went. Raise analysis.max_bytes.',
  ];
  const numbers = [
    ['State', state || 'not used yet'], ['Last error', error || 'none'],
    ['On disk', `${count(Math.ceil(used / MIB))} of ${count(Math.floor(most / MIB))} MiB`], ['Let go for room', evicted],
  ];
  return part('Store', numbers, { isIdle: !state, isBroken, findings });
}

/** Every part with its verdict, from untrusted JSON. */
export const read = (health) => [pipeline, model, analyst, channels, store].map((each) => each(object(health)));

export const isWrong = ({ verdict }) => verdict === 'look' || verdict === 'broken';

function card({ name, verdict, says, numbers }) {
  const rows = numbers.map(([what, value]) => [what, typeof value === 'number' ? count(value) : value]);
  return h('div', { class: 'card', 'data-key': name, 'data-verdict': verdict },
    h('div', { class: 'line' }, h('h3', null, name), h('span', { class: 'chip' }, sentence(verdict))),
    says.length > 0 && h('ul', { class: 'says' }, says.map((each) => h('li', null, each))),
    rows.length > 0 ? definitions(rows, null, (value) => value === count(0) && 'none') : soft('Nothing to do so far.'));
}

/** What the section holds. */
export const draw = ({ health }) => h('div', { class: 'parts' }, health.map(card));
