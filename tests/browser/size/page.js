// The smallest page that uses the SDK: what it fetches from here on is what the SDK costs at start.
import { init } from '/unsnag/index.js';

const demo = await (await fetch('/unsnag/demo.json')).json();
const unsnag = init({ key: demo.key, endpoint: demo.endpoint, consent: 'granted' });
unsnag.onSignal((signal) => {
  document.documentElement.dataset.signal ??= signal.kind;
});
await unsnag.ready;
document.documentElement.dataset.ready = 'yes';
