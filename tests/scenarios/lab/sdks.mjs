// The SDKs that the lab can put into its pages.

import { join } from 'node:path';

import { root } from '../../browser/child.mjs';

export * from './peers.mjs';

/** Ours, as users get it. Its signals are read from the batches that it sends. */
export const unsnag = {
  name: 'unsnag',
  files: join(root, 'sdk-wasm/dist'),
  /** Our slowest verdict without a pending request falls 3 s after the click. */
  settle: 3300,
  kinds: null,
  ready: 'window.unsnag.ready.then(() => true)',
  head: (run) => `<script type="module">
    import { init } from '/sdk/index.js';
    window.unsnag = init({ key: '${run}', endpoint: location.origin, consent: 'granted' });
  </script>`,
  /** The signals of one run's batches: every revision, in order. */
  signals: (batches) =>
    batches
      .flatMap(({ events }) => events)
      .filter(({ type }) => type === 'signal')
      .map(({ at, data }) => ({ at, chain: data.signal, kind: data.kind, grade: data.grade, revision: data.revision, evidence: data.evidence }))
      .sort((a, b) => a.at - b.at || a.revision - b.revision),
};

/** None: to write a page and its person without looking at anybody's verdicts. */
export const none = {
  name: 'none',
  settle: 500,
  kinds: [],
  ready: 'true',
  head: () => '',
  signals: () => [],
};
