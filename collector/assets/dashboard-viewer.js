// How the visitor of a session watches videos, in words. What is not known says why.

import { block, definitions, named, ranking, soft } from '/dashboard/parts.js';
import { hours } from '/dashboard/plots.js';
import { h } from '/dashboard/tree.js';
import * as words from '/dashboard/words.js';

const { amount, clockHour, count, isObject, list, number, object, percent, plural, reason, sentence, share, text } = words;

const PREFERENCES = [['kind', 'Kind of content'], ['topic', 'Topic'], ['length', 'Length'], ['speed', 'Speed']];

/** What is known, or in soft words why it is not. */
function known(value, say) {
  const { known: found, unknown, unavailable } = object(value);
  if (found !== undefined && found !== null) return say(found);
  const why = text(object(unknown ?? unavailable).why);
  return soft(why ? `not known: ${why}` : 'not known');
}

const preference = (found) => {
  const { value, strength, evidence } = object(found);
  return [sentence(reason(value)), ' ', soft(`${percent(share(strength))} sure: ${text(evidence)}`)];
};

function learned(found) {
  const { before_after: pairs, correlation } = object(found);
  if (isObject(pairs)) {
    const gain = number(pairs.gain) ?? 0;
    return `Results ${gain > 0 ? 'rose' : gain < 0 ? 'fell' : 'stayed'} from ${percent(share(pairs.before))} to `
      + `${percent(share(pairs.after))} after watching, over ${plural(amount(pairs.pairs), 'video')}`;
  }
  const r = number(object(correlation).coefficient);
  if (r === null) return soft('not known');
  const how = r > 0.3 ? 'Better results where more was watched' : r < -0.3 ? 'Worse results where more was watched' : 'Results do not go with watching';
  return `${how} (correlation ${words.ratio(r)}, ${plural(amount(correlation.points), 'video')})`;
}

function bestTime(found) {
  const { from_hour: from, to_hour: to, hours_of: of, share: part, minutes_by_hour: minutes } = object(found);
  const zone = of === 'viewer' ? 'their time' : 'UTC';
  const said = `${clockHour(amount(from))} to ${clockHour(amount(to))} ${zone}, with ${percent(share(part))} of the time watched`;
  const byHour = Array.from({ length: 24 }, (_, hour) => amount(list(minutes)[hour]));
  return [h('p', null, said), hours(byHour, `Time watched by hour, ${zone}`)];
}

const handled = ({ pauses, seeks }) => `${plural(amount(pauses), 'pause')}, ${plural(amount(seeks), 'jump')}`;

const recommended = (next) => h('li', null, named(next.title), ' ', soft(text(next.reason)));

/** The block of a session's details; nothing where their visitor watched nothing. */
export function draw(video, view) {
  if (!isObject(video)) return null;
  const watched = `${plural(amount(video.videos), 'video')}${video.is_cut === true ? ' and more' : ''}, in ${plural(amount(video.sessions), 'session')}, `
    + `on ${plural(amount(video.active_days), 'day')} of the last 30`;
  const trend = known(video.trend, (found) => sentence(reason(object(found).direction)));
  const points = known(video.engagement, (found) => `${count(number(found) ?? 0)} of 100`);
  const rows = [
    ['Watched', watched], ['Engagement', points], ['Trend', trend],
    ...PREFERENCES.map(([name, title]) => [title, known(object(video.preferences)[name], preference)]),
    ['Learning', known(video.learning, learned)],
  ];
  const seen = list(video.newest).filter(isObject).map((each) => [text(each.title) || `Video on ${words.name(each.template)}`,
    amount(each.score) / 100, sentence([...list(each.why).map(text).filter(Boolean), handled(each)].join('; '))]);
  const next = list(video.recommendations).filter(isObject).map(recommended);
  return h('div', { class: 'viewer' },
    h('div', null, block('How the visitor watches videos', definitions(rows, { class: 'said' }))),
    h('div', null,
      block('Engagement with each', ranking('seen', seen, 1, (value) => count(100 * value), view.open)),
      block('Best time', known(video.best_time, bestTime)),
      block('To watch next', next.length > 0 ? h('ul', { class: 'nudges' }, next)
        : soft('Nothing: no video of the catalogue fits what was watched so far.'))));
}
