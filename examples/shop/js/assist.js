// The one place that knows the SDK. Without it the shop works on, and the guide says so.

const CONFIG_URL = '/unsnag/demo.json';
const SDK_URL = '/unsnag/index.js';

async function connect(hooks) {
  const answer = await fetch(CONFIG_URL);
  if (!answer.ok) throw new Error(`${CONFIG_URL} answered ${answer.status}`);
  const config = await answer.json();
  hooks.onConfig(config);
  const { init } = await import(SDK_URL);
  const unsnag = init({ key: config.key, endpoint: config.endpoint, consent: 'granted', onError: hooks.onTrouble });
  unsnag.onSignal(hooks.onSignal);
  unsnag.onIntervention(hooks.onIntervention);
  await unsnag.ready;
  hooks.onReady();
  return unsnag;
}

let announce;
const running = new Promise((resolve) => {
  announce = resolve;
});

export function startAssist(hooks) {
  connect(hooks).then(announce, (error) => {
    hooks.onTrouble(error);
    announce(null);
  });
}

let tasks;
let underWay = false;

// Calls made before the SDK is there wait for it, in order.
function report(what) {
  running.then((unsnag) => {
    if (!unsnag) return;
    tasks ??= unsnag.task('checkout');
    tasks[what]();
  });
}

/** The checkout as a task: one attempt at a time, each with one end. */
export const checkoutTask = {
  start() {
    if (underWay) return;
    underWay = true;
    report('start');
  },
  success() {
    if (!underWay) return;
    underWay = false;
    report('success');
  },
  fail() {
    if (!underWay) return;
    underWay = false;
    report('fail');
  },
};
