// Thresholds by name: which number each has in the Wasm and what it takes. Loaded where a page or its configuration sets
// one. A test of the core holds these lists against its own.

import type { Options, Threshold } from '@unsnag/sdk';

/** By rule, in the order of their numbers. Behind a name is what it takes if that is no number: `?` a switch, else `WORDS`. */
const RULES = {
  rage_click:
    'enabled? ignore:flags clicks window_ms window:window gap_ms distance_px metric:metric same_target? ' +
    'rearm:rearm on:on cancel_by:answers response:response only:only inclusive:inclusive ' +
    'identity:identity cancel:cancel parted? every?',
  dead_click:
    'enabled? ignore:flags timeout_ms confirm_ms pending_timeout_ms after_request_ms scroll_ms ' +
    'answers:answers chain_ms only:only tags:tags dedupe_ms single? ended_by:ended_by change_ms ' +
    'selection_ms wake_ms shared? on_press? yields?',
  error_click:
    'enabled? ignore:flags timeout_ms request_start_ms retry_ms chain_ms only:only tags:tags requests? ' +
    'silence_ms ended_by:ended_by',
  slow_click:
    'enabled? ignore:flags timeout_ms likely_ms chain_ms only:only tags:tags',
  disabled_click:
    'enabled? ignore:flags double_ms chain_ms',
  keyboard_frustration:
    'enabled? ignore:flags presses gap_ms timeout_ms',
  dead_swipe:
    'enabled? ignore:flags distance_px timeout_ms answers:answers chain_ms upright tags:tags dedupe_ms ' +
    'most scroll_ms',
  cursor_thrash:
    'enabled? turns window_ms stroke_px travel_px sample_ms pause_ms answers:answers rearm:rearm pressed? ' +
    'least_turns most_window_ms interval_ms gain_px round?',
  scroll_hunt:
    'enabled? turns window_ms stroke_percent pause_ms',
  quick_back:
    'enabled? dwell_ms in_page_ms suspicious_ms repeat_ms',
  reload:
    'enabled? soon_ms suspicious_ms after_trouble_ms repeat_ms',
  help_seeking:
    'enabled? repeat_ms after_trouble_ms',
  noise:
    'quiet_ms changes memory_ms',
  session:
    'idle_ms retry_reload_ms quick_back_ms',
  form_struggle:
    'enabled? ignore:flags submits confirmed_submits refills refill_length hesitation_ms ' +
    'long_hesitation_ms visits visit_ms',
  form_abandon:
    'enabled? ignore:flags idle_ms settle_ms likely_fields confirmed_fields live_ms',
  video_struggle:
    'enabled? ignore:flags back_seeks seek_window_ms seek_range_ms gesture_ms stalls stall_window_ms ' +
    'long_stall_ms startup_ms abandon_ms sat_through_ms',
};

/** One of these. */
const WORDS: Record<string, string> = {
  window: 'gap span',
  metric: 'manhattan euclid box',
  rearm: 'chain each window',
  on: 'pointer_down click',
  response: 'ignore grade dead',
  identity: 'replaced control hit',
  cancel: 'chain count',
  ended_by: 'nothing click gesture',
};

/** Any of these, in the order of their bits. */
const SETS: Record<string, string> = {
  only: 'trusted by_hand main_button no_modifiers clicked',
  tags: 'button link field root surface other unknown interactive',
  inclusive: 'window gap distance',
  answers:
    'nearby_change other_change value toggle scroll selection focus navigation browser media alert request error ' +
    'failed_request noise',
  flags:
    'interactive disabled text_field editable canvas link label stepper pager submit download new_tab ' +
    'ignore:rage ignore:dead ignore:slow ignore:error ignore:disabled ignore:thrash ignore:keyboard ignore:swipe ' +
    'ignore:quick_back ignore:scroll ignore:form ignore:abandon ignore:reload ignore:help ignore:video',
};

/** A day, ms. */
const MOST = 86_400_000;

/** The value as the Wasm takes it; `undefined` if it is none. */
function valueOf(takes: string, value: Threshold): number | undefined {
  if (takes === '?') return typeof value === 'boolean' ? Number(value) : undefined;
  if (!takes) return typeof value === 'number' && value >= 0 && value <= MOST ? Math.trunc(value) : undefined;
  const one = WORDS[takes]?.split(' ');
  if (one) return one.includes(value as string) ? one.indexOf(value as string) : undefined;
  const words = SETS[takes]!.split(' ');
  // Sets are given whole.
  if (!Array.isArray(value)) return undefined;
  let bits = 0;
  for (const word of value as string[]) {
    const all = takes === 'flags' && word === 'ignore:all';
    const found = words.filter((known) => known === word || (all && known.startsWith('ignore:')));
    if (!found.length) return undefined;
    for (const each of found) bits |= 1 << words.indexOf(each);
  }
  return bits;
}

/** Numbers and values of thresholds, and the first one that does not exist or does not take its value. */
export function read(given: NonNullable<Options['thresholds']>): { set: [number, number][]; bad?: string } {
  let bad: string | undefined;
  const set: [number, number][] = [];
  const known = Object.entries<string>(RULES).flatMap(([rule, names]) => names.split(' ').map((name) => ({ rule, name })));
  for (const [rule, fields] of Object.entries(given)) {
    for (const [field, value] of Object.entries<Threshold>(fields)) {
      const number = known.findIndex((each) => each.rule === rule && each.name.split(/[:?]/)[0] === field);
      const taken = valueOf(known[number]?.name.slice(field.length).replace(':', '') ?? '?', value);
      if (number < 0 || taken === undefined) bad ??= `${rule}.${field}`;
      else set.push([number, taken]);
    }
  }
  return bad ? { set, bad } : { set };
}
