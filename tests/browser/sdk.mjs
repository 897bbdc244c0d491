// What the SDK promises to any page, in Chromium, one check a promise.
//
//   node tests/browser/sdk.mjs DIST COLLECTOR_URL

import { check, script, until } from './chromium.mjs';
import { site } from './site.mjs';

const [dist, collector] = process.argv.slice(2);
if (!dist || !collector) {
  process.stderr.write('usage: node tests/browser/sdk.mjs DIST COLLECTOR_URL\n');
  process.exit(2);
}

const BODY = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,"></head>
<body><main><button id="dead" type="button">Save for later</button><p id="text">Text</p><div id="host"></div></main></body></html>`;

const strict = (connect) => ({
  'content-security-policy': `default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${connect}`,
});

const PAGES = {
  '/': { body: BODY },
  '/no-wasm': { body: BODY, headers: { 'content-security-policy': "script-src 'self' 'unsafe-inline'" } },
  '/strict': { body: BODY, headers: strict(`${collector} ${collector.replace('http', 'ws')}`) },
  '/http-only': { body: BODY, headers: strict(collector) },
  '/script-tag': { body: BODY.replace('</head>', '<script src="/unsnag/unsnag.iife.js"></script></head>') },
};

/** Runs before any script of the page: counts listeners, observers and timers as they come and go. */
function count() {
  const listeners = new Map();
  const key = (target, type, options) => `${target === window ? 'window' : target.constructor.name} ${type} ${!!(options?.capture ?? options)}`;
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const counted = (which, more) => listeners.set(which, (listeners.get(which) ?? 0) + more);
  EventTarget.prototype.addEventListener = function (type, callback, options) {
    const target = this ?? window;
    const which = key(target, type, options);
    const signal = options?.signal;
    if (!signal?.aborted) counted(which, 1);
    // What it aborts is taken off by the browser.
    if (signal && !signal.aborted) add.call(signal, 'abort', () => counted(which, -1));
    return add.call(target, type, callback, options);
  };
  EventTarget.prototype.removeEventListener = function (type, callback, options) {
    const target = this ?? window;
    counted(key(target, type, options), -1);
    return remove.call(target, type, callback, options);
  };
  let observers = 0;
  const { observe, disconnect } = MutationObserver.prototype;
  MutationObserver.prototype.observe = function (...args) {
    if (!this.counted) observers += 1;
    this.counted = true;
    return observe.apply(this, args);
  };
  MutationObserver.prototype.disconnect = function () {
    if (this.counted) observers -= 1;
    this.counted = false;
    return disconnect.call(this);
  };
  const timers = new Set();
  const { setTimeout: set, clearTimeout: clear } = window;
  window.setTimeout = (run, delay, ...args) => {
    const id = set(() => {
      timers.delete(id);
      if (typeof run === 'function') run(...args);
    }, delay);
    timers.add(id);
    return id;
  };
  window.clearTimeout = (id) => {
    timers.delete(id);
    clear(id);
  };
  window.left = () => ({ listeners: Object.fromEntries([...listeners].filter(([, n]) => n !== 0)), observers, timers: timers.size });
}

const checks = [];
let browser;
let base;
let batches;

/** One page, one promise. */
async function promise(what, path, body, { init, context: options } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests = [];
  const said = [];
  page.on('request', (request) => request.url().startsWith(collector) && requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(`uncaught: ${error.message}`));
  if (init) await page.addInitScript(init);
  await page.goto(base + path);
  try {
    await body(page, { requests, said, context });
  } catch (error) {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
  checks.push(what);
  await context.close();
}

/** In the page: imports the SDK, starts it, keeps it and its signals on the window. */
const start = (page, options = {}) =>
  page.evaluate(async ([endpoint, more]) => {
    const { init } = await import('/unsnag/index.js');
    window.signals = [];
    window.sdk = init({ key: 'demo', endpoint, ...more });
    window.sdk.onSignal((signal) => window.signals.push(signal));
    await window.sdk.ready;
  }, [collector, options]);

const signal = (page, kind) =>
  until(`a ${kind}`, () => page.evaluate((wanted) => window.signals.find((each) => each.kind === wanted && !each.suppressed_by), kind));

async function all() {
  await promise('shutdown leaves no listener, observer, timer or wrapped function behind', '/', async (page) => {
    const natives = () => page.evaluate(() => {
      const own = (object, name) => Object.hasOwn(object, name);
      return {
        fetch: fetch === window.firstFetch, send: XMLHttpRequest.prototype.send === window.firstSend, open: window.open === window.firstOpen,
        push: own(history, 'pushState'), replace: own(history, 'replaceState'), share: own(navigator, 'share'),
      };
    });
    await page.evaluate(() => {
      window.firstFetch = fetch;
      window.firstSend = XMLHttpRequest.prototype.send;
      window.firstOpen = window.open;
    });
    const before = await page.evaluate(() => window.left());
    await start(page, { consent: 'granted' });
    const during = await page.evaluate(() => window.left());
    check(Object.keys(during.listeners).length > 10 && during.observers === 1, `it never listened: ${JSON.stringify(during)}`);
    check(!(await natives()).fetch && (await natives()).push, 'it never wrapped anything');
    await page.click('#dead');
    await page.evaluate(() => window.sdk.shutdown());
    // A task already under way when the SDK ended may still close.
    await page.waitForTimeout(100);
    const after = await page.evaluate(() => window.left());
    check(JSON.stringify(after) === JSON.stringify(before), `left behind: ${JSON.stringify(after)}`);
    const restored = await natives();
    check(restored.fetch && restored.send && restored.open && !restored.push && !restored.replace && !restored.share, `not restored: ${JSON.stringify(restored)}`);
    await start(page, { consent: 'granted' });
    await page.click('#dead');
    await signal(page, 'dead_click');
  }, { init: count });

  await promise('a second init returns the first SDK', '/', async (page) => {
    await start(page);
    const same = await page.evaluate(async (endpoint) => {
      const { init, current } = await import('/unsnag/index.js');
      return init({ key: 'other', endpoint }) === window.sdk && current() === window.sdk;
    }, collector);
    check(same, 'it returned another one');
  });

  await promise('use before init says what to do', '/', async (page) => {
    const error = await page.evaluate(async () => {
      const { current, UnsnagError } = await import('/unsnag/index.js');
      try {
        current();
        return null;
      } catch (thrown) {
        return { code: thrown.code, message: thrown.message, is: thrown instanceof UnsnagError && thrown instanceof Error };
      }
    });
    check(error?.code === 'not_initialised' && error.is && error.message.includes('init('), JSON.stringify(error));
  });

  await promise('bad options are refused with a code', '/', async (page) => {
    const codes = await page.evaluate(async (endpoint) => {
      const { init } = await import('/unsnag/index.js');
      const code = (options) => {
        try {
          init(options);
          return 'started';
        } catch (error) {
          return error.code;
        }
      };
      return [code({ endpoint }), code({ key: 'demo', endpoint: 'nowhere' }), code({ key: 'demo', endpoint, consent: 'yes' })];
    }, collector);
    check(codes.every((code) => code === 'invalid_option'), JSON.stringify(codes));
  });

  await promise('thresholds of the page are taken, and one that does not exist is named', '/', async (page, { said }) => {
    await start(page, { thresholds: { rage_click: { clicks: 2, ticks: 1 } } });
    check(said.some((text) => text.includes('rage_click.ticks')), `it said ${JSON.stringify(said)}`);
    await page.dblclick('#dead', { delay: 50 });
    await signal(page, 'rage_click');
  });

  await promise('where the names of thresholds cannot be loaded the defaults hold, and that is told', '/', async (page, { said }) => {
    await page.route('**/thresholds.js', (route) => route.abort());
    await start(page, { thresholds: { rage_click: { clicks: 2 } } });
    check(said.some((text) => text.includes('thresholds.js did not load')), `it said ${JSON.stringify(said)}`);
    for (let i = 0; i < 3; i += 1) await page.click('#dead', { delay: 20 });
    const { evidence } = await signal(page, 'rage_click');
    check(evidence.clicks >= 3, `raised at ${evidence.clicks} clicks`);
  });

  await promise('of a secret nothing is told but that there is one, also once it is shown as text', '/', async (page) => {
    batches.length = 0;
    await page.evaluate(() => {
      document.querySelector('main').insertAdjacentHTML('beforeend', `<form name="pay"><input id="code" type="password" aria-label="Code">
        <input id="card" autocomplete="billing cc-number" aria-label="Card"><input id="city" aria-label="City"></form>`);
    });
    await start(page, { endpoint: base, consent: 'granted' });
    await page.locator('#code').pressSequentially('abc');
    await page.evaluate(() => (document.querySelector('#code').type = 'text'));
    await page.locator('#code').pressSequentially('defgh');
    await page.locator('#card').pressSequentially('4000');
    await page.locator('#city').pressSequentially('Oslo');
    await page.goto('about:blank');
    const fields = () => batches.flatMap((batch) => batch.events).filter(({ type }) => type === 'form').at(-1)?.data.fields;
    await until('the form', () => fields()?.length === 3);
    const told = fields().map(({ field, secret, length }) => `${field} ${!!secret} ${length ?? 0}`);
    check(told[0].endsWith('true 0') && told[1].endsWith('true 0') && /false (?!0)/.test(told[2]), JSON.stringify(fields()));
  });

  await promise('without consent it detects, sends nothing, stores nothing and says so once', '/', async (page, { requests, said }) => {
    await start(page);
    await page.click('#dead');
    await signal(page, 'dead_click');
    await page.goto('about:blank');
    check(requests.length === 0, `it sent ${requests}`);
    check(said.filter((text) => text.includes('waiting for consent')).length === 1, `it said ${JSON.stringify(said)}`);
    await page.goto(base);
    const kept = await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
    check(kept === 0, 'it stored something');
  });

  await promise('consent sends what was detected before, and its withdrawal forgets everything', '/', async (page, { requests }) => {
    await start(page);
    await page.click('#dead');
    await signal(page, 'dead_click');
    await page.evaluate(() => window.sdk.consent('granted'));
    await until('a batch', () => requests.includes('POST /v1/batch'), { timeout: 8000 });
    check(await page.evaluate(() => localStorage.length) === 1, 'the visitor has no id');
    const { session, visitor } = await page.evaluate(() => window.sdk.identity);
    check(session && (await page.evaluate((id) => Object.values(localStorage)[0].includes(id), visitor)), 'the page is told of others');
    await page.evaluate(() => window.sdk.consent('denied'));
    const sent = requests.length;
    const found = await page.evaluate(() => window.signals.length);
    await page.click('#dead');
    await page.waitForTimeout(2000);
    check(requests.length === sent, 'it went on sending');
    check(await page.evaluate(() => window.signals.length) === found, 'it went on detecting');
    check(await page.evaluate(() => localStorage.length + sessionStorage.length) === 0, 'it kept something');
    check(await page.evaluate(() => window.sdk.identity === null), 'it still says who it was');
  });

  await promise('Global Privacy Control means no, whatever the page says', '/', async (page, { requests }) => {
    await start(page, { consent: 'granted' });
    await page.click('#dead');
    await page.waitForTimeout(2000);
    check(requests.length === 0 && (await page.evaluate(() => window.signals.length)) === 0, 'it ran');
    check((await page.evaluate(() => performance.getEntriesByName(`${location.origin}/unsnag/unsnag.wasm`).length)) === 0, 'it fetched the Wasm');
  }, { init: () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }) });

  await promise('where Wasm is not allowed it does nothing and says so once', '/no-wasm', async (page, { requests, said }) => {
    const code = await page.evaluate(async (endpoint) => {
      const { init } = await import('/unsnag/index.js');
      const told = [];
      window.sdk = init({ key: 'demo', endpoint, consent: 'granted', onError: (error) => told.push(error.code) });
      const rejected = await window.sdk.ready.catch((error) => error.code);
      window.sdk.track('still', { works: true });
      window.sdk.task('a').start();
      return [rejected, ...told];
    }, collector);
    await page.click('#dead');
    check(JSON.stringify(code) === '["wasm_unavailable","wasm_unavailable"]', JSON.stringify(code));
    check(said.filter((text) => text.startsWith('unsnag:')).length === 1, `it said ${JSON.stringify(said)}`);
    check(!said.some((text) => text.startsWith('uncaught')) && requests.length === 0, `${said} ${requests}`);
  });

  await promise('a strict content security policy is enough for detection and the nudge', '/strict', async (page, { said }) => {
    await start(page, { consent: 'granted' });
    await page.click('#dead');
    await signal(page, 'dead_click');
    await until('the nudge', () => page.evaluate(() => (document.querySelector('unsnag-nudge')?.getBoundingClientRect().height ?? 0) > 40));
    check(!said.some((text) => /Content Security Policy/.test(text)), said.join());
    // It is styled although no inline style is allowed, and Escape sends it away.
    const width = await page.evaluate(() => document.querySelector('unsnag-nudge').getBoundingClientRect().width);
    check(width <= 352, `it is ${width} px wide`);
    await page.keyboard.press('Escape');
    await until('the nudge gone', () => page.evaluate(() => !document.querySelector('unsnag-nudge')));
  });

  await promise('where the policy forbids a live channel it is asked for once, and help comes with answers', '/http-only', async (page, { requests, said }) => {
    const forbidden = () => said.filter((text) => /Content Security Policy/.test(text)).length;
    const sent = () => requests.filter((request) => request.startsWith('POST')).length;
    await start(page, { consent: 'granted' });
    await page.click('#dead');
    await until('the refusal', forbidden);
    const before = sent();
    for (let i = 0; i < 3; i += 1) await page.click('#dead', { delay: 20 });
    await signal(page, 'rage_click');
    await until('another batch', () => sent() > before);
    await page.waitForTimeout(500);
    check(forbidden() === 1, said.join());
    check(await page.evaluate(() => !!document.querySelector('unsnag-nudge')), 'there is no nudge');
  });

  await promise('an app can show the help itself', '/', async (page) => {
    await start(page, { consent: 'granted' });
    await page.evaluate(() => window.sdk.onIntervention((help) => {
      window.help = help;
      return true;
    }));
    await page.click('#dead');
    const help = await until('the callback', () => page.evaluate(() => window.help && { text: window.help.text, actions: window.help.actions.length }));
    check(help.text.length > 10 && help.actions > 0, JSON.stringify(help));
    check(await page.evaluate(() => !document.querySelector('unsnag-nudge')), 'it was shown twice');
    await page.evaluate(() => window.help.report('clicked'));
  });

  await promise('targets in open shadow roots are seen, and so are their answers', '/', async (page) => {
    await page.evaluate(() => {
      const root = document.querySelector('#host').attachShadow({ mode: 'open' });
      root.innerHTML = '<button id="alive">Alive</button><button id="inner">Dead</button><output>0</output>';
      root.querySelector('#alive').onclick = () => (root.querySelector('output').textContent += '1');
    });
    await start(page);
    await page.locator('#alive').click();
    await page.waitForTimeout(2000);
    check((await page.evaluate(() => window.signals.length)) === 0, 'an answered click in a shadow root was called dead');
    await page.locator('#inner').click();
    await signal(page, 'dead_click');
  });

  for (const isKept of [false, true]) {
    await promise(`a field that a script steps is an answer, by a click that ${isKept ? 'is kept from the window' : 'goes on'}`, '/', async (page) => {
      await page.evaluate((isKept) => {
        document.querySelector('main').insertAdjacentHTML('beforeend', '<input id="amount" value="1"><button id="more" type="button">Another</button>');
        document.querySelector('#more').onclick = (event) => {
          if (isKept) event.stopPropagation();
          document.querySelector('#amount').value = Number(document.querySelector('#amount').value) + 1;
        };
      }, isKept);
      await start(page);
      for (let i = 0; i < 6; i += 1) await page.click('#more', { delay: 20 });
      await page.waitForTimeout(2000);
      const newest = await page.evaluate(() => [...new Map(window.signals.map((each) => [each.signal, each])).values()]);
      const raised = newest.filter((each) => !each.suppressed_by && each.grade !== 'retracted');
      check(raised.length === 0, JSON.stringify(raised));
    });
  }

  await promise('an error is a click\'s doing where one of its events threw it', '/', async (page) => {
    await page.evaluate(() => {
      const fail = (text) => {
        throw new Error(text);
      };
      const doings = {
        press: ['onmousedown', () => fail('pressed')],
        click: ['onclick', () => fail('clicked')],
        promise: ['onclick', async () => fail('promised')],
        timer: ['onclick', () => setTimeout(() => fail('later'), 20)],
      };
      for (const [id, [name, run]] of Object.entries(doings)) {
        const button = document.querySelector('main').appendChild(document.createElement('button'));
        Object.assign(button, { id, textContent: id, type: 'button', [name]: run });
      }
    });
    await start(page);
    for (const [id, cause, grade] of [['press', 'sync', 'confirmed'], ['click', 'sync', 'confirmed'], ['promise', 'promise', 'likely'], ['timer', 'other', 'suspected']]) {
      await page.evaluate(() => (window.signals.length = 0));
      await page.click(`#${id}`);
      const error = await until(`the error of ${id}`, () => page.evaluate(() => window.signals.find(({ kind }) => kind === 'error_click')));
      check(error.evidence.cause === cause && error.grade === grade, `${id}: ${JSON.stringify(error)}`);
    }
    // What is typed is no click's doing.
    await page.evaluate(() => {
      window.signals.length = 0;
      const field = document.querySelector('main').appendChild(document.createElement('input'));
      Object.assign(field, { id: 'typed', onkeydown: () => fail('typed') });
      const fail = (text) => {
        window.typed = true;
        throw new Error(text);
      };
    });
    await page.click('#typed');
    await page.keyboard.press('a');
    await page.waitForTimeout(300);
    const blamed = await page.evaluate(() => window.typed && window.signals.filter(({ kind, grade }) => kind === 'error_click' && grade !== 'suspected'));
    check(blamed && blamed.length === 0, JSON.stringify(blamed));
  });

  await promise('elements that opted out raise nothing', '/', async (page) => {
    await page.evaluate(() => document.querySelector('main').setAttribute('data-unsnag-ignore', 'rage dead'));
    await start(page);
    for (let i = 0; i < 4; i += 1) await page.click('#dead', { delay: 20 });
    await page.waitForTimeout(2000);
    const raised = await page.evaluate(() => window.signals.filter((each) => !each.suppressed_by));
    check(raised.length === 0, JSON.stringify(raised));
  });

  await promise('a click before the Wasm is there is judged all the same', '/', async (page) => {
    await page.route('**/unsnag.wasm', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await route.continue();
    });
    const started = start(page);
    await page.waitForFunction(() => window.sdk);
    await page.click('#dead');
    await started;
    const dead = await signal(page, 'dead_click');
    check(dead.evidence.clicks === 1, JSON.stringify(dead));
  });

  await promise('wrapped fetch keeps its promises', '/', async (page) => {
    await start(page);
    const result = await page.evaluate(async () => {
      const unhandled = [];
      addEventListener('unhandledrejection', (event) => {
        unhandled.push(event.reason.name);
        event.preventDefault();
      });
      const ok = await (await fetch('/')).text();
      const aborted = await fetch('/', { signal: AbortSignal.abort() }).catch((error) => error.name);
      fetch('http://127.0.0.1:1/').finally(() => {});
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { ok: ok.length > 0, aborted, unhandled };
    });
    check(result.ok && result.aborted === 'AbortError' && result.unhandled.length === 1, JSON.stringify(result));
  });

  await promise('the session goes on over pages of a tab, and leaving loses nothing', '/', async (page) => {
    batches.length = 0;
    const own = { endpoint: base, consent: 'granted' };
    await start(page, own);
    await page.evaluate(() => window.sdk.track('first', { n: 1 }));
    await page.goto(`${base}/script-tag`);
    await page.evaluate(async (options) => {
      window.sdk = window.unsnag.init({ key: 'demo', ...options });
      await window.sdk.ready;
      window.sdk.track('second');
    }, own);
    await page.goto('about:blank');
    const find = (name) => batches.find((batch) => batch.events.some((event) => event.data.name === name));
    await until('both batches', () => find('first') && find('second'));
    const [one, two] = [find('first'), find('second')];
    const names = (batch) => `${batch.session} ${batch.tab} ${batch.seq}`;
    check(one.session === two.session && one.tab === two.tab && two.seq > one.seq, `${names(one)}, ${names(two)}`);
    check(two.features.values[11] === 2, `unique pages: ${two.features.values[11]}`);
    const totals = batches.flatMap((batch) => batch.events).filter((event) => event.type === 'page');
    check(new Set(totals.map((event) => event.data.view)).size === 2, `totals: ${JSON.stringify(totals)}`);
    const ids = batches.flatMap((batch) => batch.events.map((event) => event.id));
    check(new Set(ids).size === ids.length, `an event was sent twice: ${ids}`);
  });

  await promise('a form that nobody touches is told of as viewed, if it was in view', '/', async (page) => {
    batches.length = 0;
    await page.evaluate(() => {
      const form = (name, top) => `<form name="${name}" style="position: absolute; top: ${top}px"><input aria-label="Name"></form>`;
      document.querySelector('main').insertAdjacentHTML('beforeend', form('near', 300) + form('far', 4000));
    });
    await start(page, { endpoint: base, consent: 'granted' });
    await page.evaluate(async () => (window.recording = await window.sdk.record()));
    await page.waitForTimeout(1800);
    const trace = await page.evaluate(() => window.recording.stop());
    check(trace.includes('"form":"near","what":"seen"') && !trace.includes('"far"'), trace);
    await page.goto('about:blank');
    const forms = () => batches.flatMap((batch) => batch.events).filter(({ type }) => type === 'form').map(({ data }) => `${data.form} ${data.state}`);
    await until('the form', () => forms().length);
    check(String(forms()) === 'near viewed', String(forms()));
  });

  await promise('a page that comes back from the browser\'s memory goes on where the next one ended', '/', async (page) => {
    batches.length = 0;
    const own = { endpoint: base, consent: 'granted' };
    await start(page, own);
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        window.sdk.track(persisted ? 'restored' : 'loaded');
        // Playwright does not see this page again, so it leaves by itself.
        setTimeout(() => location.assign('/no-wasm'), 300);
      });
      location.assign('/script-tag');
    });
    await page.waitForURL('**/script-tag');
    await page.evaluate(async (options) => {
      window.sdk = window.unsnag.init({ key: 'demo', ...options });
      await window.sdk.ready;
      window.sdk.track('between');
      setTimeout(() => history.back());
    }, own);
    const events = () => [...new Map(batches.map((batch) => [batch.batch_id, batch])).values()].flatMap((batch) => batch.events);
    const named = (name) => events().find((event) => event.data.name === name);
    await until('the event of the restored page', () => named('restored'));
    const [seqs, ids] = [new Map(batches.map((batch) => [batch.batch_id, batch.seq])), events().map((event) => event.id)];
    check(new Set(seqs.values()).size === seqs.size, `a number was given to two batches: ${[...seqs.values()]}`);
    check(new Set(ids).size === ids.length, `a number was given to two events: ${ids}`);
    check(events().some(({ type, data }) => type === 'page' && data.how === 'bfcache'), JSON.stringify(events()));
    check(events().some(({ type, data }) => type === 'signal' && data.kind === 'quick_back'), 'going back at once was not noticed');
  });
}

await script(async (chromium) => {
  browser = chromium;
  const server = await site(dist, PAGES);
  base = server.url;
  batches = server.batches;
  try {
    await all();
  } finally {
    await server.close();
  }
  return { checks };
  // Playwright switches off what people have: pages that come back from the browser's memory.
}, { ignoreDefaultArgs: ['--disable-back-forward-cache'] });
