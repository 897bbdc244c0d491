// Workers under workerd, all with the same settings: ours as it is uploaded, and those that it is measured beside.

import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';

import { Miniflare } from 'miniflare';

import { root } from '../browser/child.mjs';

const HOST = '127.0.0.1';
const TYPES = { '.mjs': 'ESModule', '.wasm': 'CompiledWasm' };
/** The date whose behaviour our deployment asks for; the others get the same. */
const COMPATIBILITY_DATE = (await read('edge-worker/wrangler.toml')).toString().match(/^compatibility_date = "([\d-]+)"$/m)[1];
/** 32 bytes to sign decisions with: a test's, and no secret. */
const SIGNING_KEY = '5a'.repeat(32);

/** Everything that a Worker needs to put records into this stream; no rate is limited. */
export function bindings(stream) {
  return {
    ...stream.credentials,
    KINESIS_ENDPOINT: `${stream.url}/`,
    KINESIS_STREAM: stream.name,
    UNSNAG_LOCAL: '1',
    UNSNAG_SIGNING_KEYS: SIGNING_KEY,
    UNSNAG_KEYS: JSON.stringify([{ key: 'demo', rate_per_s: 0 }]),
    UNSNAG_CLIENT_RATE_PER_S: '0',
  };
}

function read(file) {
  return readFile(resolve(root, file));
}

/** A module of a Worker, as `path` in it; its file is in the tree, or anywhere if the path is absolute. */
async function module(path, file) {
  return { type: TYPES[extname(file)], path, contents: await read(file) };
}

/** Our Worker: what is uploaded of a build. */
export function ours(build = 'edge-worker/build') {
  return Promise.all(['worker.mjs', 'unsnag.wasm'].map((name) => module(name, join(build, name))));
}

/** Our model in a Worker of its own. */
export { probe } from '../../edge-worker/run/probed.mjs';

/** A Worker that answers 204. */
export function empty() {
  return Promise.all([module('worker.mjs', 'tests/bench/empty-worker.mjs')]);
}

/** A Worker that puts what it gets into the stream, with aws4fetch. */
export function putRecords() {
  return Promise.all([
    module('worker.mjs', 'tests/bench/put-records-worker.mjs'),
    module('aws4fetch', 'tests/peers/node_modules/aws4fetch/dist/aws4fetch.esm.mjs'),
  ]);
}

/** Starts a Worker in a workerd of its own; answers its address and a function that stops it. */
export async function serve(modules, own = {}) {
  const worker = new Miniflare({
    modules,
    bindings: own,
    host: HOST,
    port: 0,
    cf: false,
    compatibilityDate: COMPATIBILITY_DATE,
    logRequests: false,
    // Past the Worker of miniflare's own that stands before each: it would cost all of them the same.
    unsafeDirectSockets: [{ host: HOST, port: 0 }],
    // What a Worker logs is read and thrown away; standard output is for results.
    handleRuntimeStdio: (output, errors) => [output, errors].forEach((stream) => stream.resume()),
  });
  const stop = () => worker.dispose();
  try {
    await worker.ready;
    return { url: (await worker.unsafeGetDirectURL()).origin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
