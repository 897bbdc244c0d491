// The peers' SDKs as they come from npm, each with its own frustration features on, as its documentation sets them up.
// Their intake is the lab's server, under /intake/RUN: what a peer counts is what it sends there.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { root } from '../../browser/child.mjs';

const packages = join(root, 'tests/peers/node_modules');
const GZIP = 0x1f;
const JSON_TYPE = 'application/json';

/** Our own chains go on for as long after the last click. */
const CHAIN_MS = 5000;

/**
 * What a peer raised, as a verdict of ours: it has no grades and takes nothing back. `id` is the same when an event is sent
 * again; `target` is the text of what was clicked.
 */
const raised = (kind, at, id, target = '') => ({ id: `${kind} ${id}`, at, kind, grade: 'confirmed', revision: 0, evidence: { target } });

/**
 * The signals of one run's batches, each once, in order. Who raises the same of the same element again and again gives one
 * alarm, as ours does with one chain.
 */
function signals(batches) {
  const events = [...new Map(batches.flatMap((batch) => batch.events).map((event) => [event.id, event])).values()];
  const chains = new Map();
  return events
    .sort((a, b) => a.at - b.at)
    .map(({ id, ...event }) => {
      const key = `${event.kind} ${event.evidence.target}`;
      const last = chains.get(key);
      const chain = last && event.at - last.at <= CHAIN_MS ? last.chain : id;
      chains.set(key, { chain, at: event.at });
      return { ...event, chain };
    });
}

/** Newline-delimited actions. A chain of clicks is one action, which may be frustrating in more than one way. */
export const datadog = {
  name: 'datadog',
  files: join(packages, '@datadog/browser-rum/bundle'),
  /**
   * Dead after 0.1 s; a chain closes 1 s after its last click, later only where the page stays busy (up to 10 s), and
   * leaving the page closes it too. Ours waits longer, and the person shall do the same for both.
   */
  settle: 3300,
  kinds: ['rage_click', 'dead_click', 'error_click'],
  ready: 'window.DD_RUM.getInternalContext()',
  head: (run) => `<script src="/sdk/datadog-rum.js"></script><script>
    DD_RUM.init({
      clientToken: 'pub0', applicationId: '00000000-0000-0000-0000-000000000000', service: 'lab',
      proxy: location.origin + '/intake/${run}', sessionSampleRate: 100, sessionReplaySampleRate: 0, telemetrySampleRate: 0,
      trackUserInteractions: true, trackFrustrations: true,
    });
  </script>`,
  intake(_, body) {
    const kinds = { rage_click: 'rage_click', dead_click: 'dead_click', error_click: 'error_click' };
    const actions = body.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter(({ type }) => type === 'action');
    const events = actions.flatMap(({ date, action }) =>
      (action.frustration?.type ?? []).map((type) => raised(kinds[type], date, action.id, action.target?.name)),
    );
    return { events, type: JSON_TYPE, answer: '{}' };
  },
  signals,
};

/** Events in JSON, gzipped or not. Asks for its remote configuration and for the script that judges dead clicks. */
export const posthog = {
  name: 'posthog',
  files: join(packages, 'posthog-js/dist'),
  /** Dead after 2.75 s, looked at each second. */
  settle: 4000,
  kinds: ['rage_click', 'dead_click', 'dead_swipe'],
  ready: 'window._POSTHOG_REMOTE_CONFIG && window.__PosthogExtensions__?.initDeadClicksAutocapture',
  // It takes the lab's browser for a robot, from which it would send nothing.
  head: (run) => `<script src="/sdk/array.js"></script><script>
    posthog.init('phc_lab', {
      api_host: location.origin + '/intake/${run}', defaults: '2026-08-30', capture_dead_clicks: true,
      opt_out_useragent_filter: true, disable_session_recording: true, disable_surveys: true,
    });
  </script>`,
  async intake(path, body, query) {
    const script = (answer) => ({ events: [], type: 'text/javascript', answer });
    if (path.startsWith('/static/')) return script(await readFile(join(this.files, basename(path))));
    if (path === '/array/phc_lab/config.js') {
      const config = {
        token: 'phc_lab', supportedCompression: ['gzip-js'], hasFeatureFlags: false, autocapture_opt_out: false, captureDeadClicks: true,
        sessionRecording: false, surveys: false, heatmaps: false, capturePerformance: false, autocaptureExceptions: false,
      };
      return script(`(window._POSTHOG_REMOTE_CONFIG ??= {}).phc_lab = ${JSON.stringify({ config, siteApps: [] })};`);
    }
    const nothing = { events: [], type: JSON_TYPE, answer: '{"status":1}' };
    return body.length && /^\/(e|i|batch)\//.test(path) ? { ...nothing, events: posthogEvents(body, query) } : nothing;
  },
  signals,
};

function posthogEvents(body, query) {
  let text = body[0] === GZIP ? gunzipSync(body).toString() : body.toString();
  if (text.startsWith('data=')) text = new URLSearchParams(text).get('data');
  if (query.get('compression') === 'base64') text = Buffer.from(text, 'base64').toString();
  const sent = JSON.parse(text);
  const kinds = { $rageclick: 'rage_click', $dead_click: 'dead_click', $dead_swipe: 'dead_swipe' };
  return (Array.isArray(sent) ? sent : (sent.batch ?? [sent]))
    .filter(({ event }) => event in kinds)
    .map(({ event, uuid, timestamp, properties }) => {
      // A dead click is sent when it is judged and says when it was made.
      const at = properties[`${event}_event_timestamp`] ?? Date.parse(timestamp);
      return raised(kinds[event], at, uuid, properties.$el_text);
    });
}

/** Batches of events in JSON. */
export const amplitude = {
  name: 'amplitude',
  files: join(packages, '@amplitude/analytics-browser/lib/scripts'),
  /** Dead after 3 s, thrashed and raged 2 s and 1 s after the last movement or click. */
  settle: 3500,
  kinds: ['rage_click', 'dead_click', 'error_click', 'cursor_thrash'],
  ready: 'window.amplitudeReady',
  // That what waits is sent as a beacon when the page goes is what its documentation advises.
  head: (run) => `<script src="/sdk/amplitude-min.umd.js"></script><script>
    amplitude.init('lab', {
      serverUrl: location.origin + '/intake/${run}', remoteConfig: { fetchRemoteConfig: false }, enableDiagnostics: false,
      autocapture: { frustrationInteractions: { rageClicks: true, deadClicks: true, errorClicks: true, thrashedCursor: true } },
    }).promise.then(() => { window.amplitudeReady = true; });
    addEventListener('pagehide', () => { amplitude.setTransport('beacon'); amplitude.flush(); });
  </script>`,
  intake(_, body) {
    const kinds = {
      '[Amplitude] Rage Click': 'rage_click', '[Amplitude] Dead Click': 'dead_click', '[Amplitude] Error Click': 'error_click',
      '[Amplitude] Thrashed Cursor': 'cursor_thrash',
    };
    const events = JSON.parse(body)
      .events.filter(({ event_type: type }) => type in kinds)
      .map(({ event_type: type, time, insert_id: id, event_properties: said }) =>
        raised(kinds[type], time, id, said?.['[Amplitude] Element Text']),
      );
    return { events, type: JSON_TYPE, answer: '{"code":200}' };
  },
  signals,
};
