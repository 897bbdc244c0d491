// The lab's server, on a free loopback port: pages with an SDK in their head, what pages ask a server for, and the host
// that our SDK talks to.
//
//   /lab/RUN/SET/NAME.html          a page; links of pages are relative, so the run stays in the address
//   /api/STATUS?ms=MS               answers that status with {"ok":true|false} after MS; 0 cuts the connection
//   /media/tone.wav?s=S&stall=AT    S seconds of a tone, with ranges; with `stall` the bytes beyond second AT never come
//   /file/NAME                      a small download
//   /sdk/NAME, /v1/…, /intake/RUN/… the SDK's files, our host and a peer's

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { gunzipSync } from 'node:zlib';

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html; charset=utf-8' };
const GZIP = 0x1f;
/** One byte a sample. */
const RATE = 8000;
const WAV_HEADER = 44;
const PITCH_HZ = 220;

const CONFIG = { v: 1, etag: 'lab', kill: false, sampling: 1, thresholds: {}, rules: [], catalogue: [], experiments: [] };

/**
 * Serves the scenarios of `folder` with `sdk` in them. `heard(run, batch)` is told of each batch of our SDK, `run` being
 * its write key, and of what `sdk.intake(path, body, query)` reads from a peer's request, which it answers too.
 */
export async function site(folder, sdk, heard) {
  const routes = {
    async lab(url, _, response) {
      const [, run, name] = /^\/lab\/([^/]+)\/([a-z]+\/[\w-]+\.html)$/.exec(url.pathname);
      const page = await readFile(join(folder, name), 'utf8');
      const body = page.replace(/<head>/i, () => `<head>${sdk.head(run)}`);
      response.writeHead(200, { 'content-type': TYPES['.html'] });
      response.end(body);
    },
    async sdk(url, _, response) {
      const name = normalize(url.pathname.slice('/sdk/'.length));
      if (name.startsWith('..')) throw new Error('not an SDK');
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'cache-control': 'max-age=600' });
      response.end(await readFile(join(sdk.files, name)));
    },
    async api(url, request, response) {
      const status = Number(url.pathname.slice('/api/'.length));
      await new Promise((resolve) => setTimeout(resolve, Number(url.searchParams.get('ms') ?? 0)));
      if (status === 0) return request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ ok: status < 400 }));
    },
    media(url, request, response) {
      tone(Number(url.searchParams.get('s') ?? 60), Number(url.searchParams.get('stall') ?? Infinity), request, response);
    },
    file(url, _, response) {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' });
      response.end(`a file named ${url.pathname}\n`);
    },
    async intake(url, _, response, body) {
      const [, run, path] = /^\/intake\/([^/]+)(.*)$/.exec(url.pathname);
      const { events, type, answer } = await sdk.intake(path, body, url.searchParams);
      heard(run, { batch_id: randomUUID(), events });
      response.writeHead(200, { 'content-type': type, 'cache-control': path.startsWith('/static/') ? 'max-age=600' : 'no-store' });
      response.end(answer);
    },
    async v1(url, request, response, body) {
      response.setHeader('content-type', 'application/json');
      if (url.pathname.endsWith('/config')) return response.end(JSON.stringify(CONFIG));
      const batch = JSON.parse(body[0] === GZIP ? gunzipSync(body) : body);
      heard(url.searchParams.get('key'), batch);
      response.end(JSON.stringify({
        v: 1, batch_id: batch.batch_id, server_time: Date.now(), accepted: batch.events.length, dropped: [],
        risk: { score: 0, confidence: 0, level: 'low', model: 'lab', model_version: '0' },
        decision: { id: 'd', rule: null, reasons: [], experiment: null, arm: 'treat', propensity: 1, signature: '' },
        interventions: [], policy_state: {}, live: null,
      }));
    },
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://lab');
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const route = routes[url.pathname.split('/')[1]];
      if (!route) throw new Error('no such route');
      await route(url, request, response, body);
    } catch (error) {
      if (response.headersSent) return response.destroy();
      response.writeHead(404);
      response.end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

/** A tone as WAV, whole or a range of it. Bytes beyond second `stall` are promised and never sent. */
function tone(seconds, stall, request, response) {
  const length = WAV_HEADER + seconds * RATE;
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const begin = Math.min(Number(from), length - 1);
  const end = to === '' ? length - 1 : Math.min(Number(to), length - 1);
  response.writeHead(request.headers.range ? 206 : 200, {
    'content-type': 'audio/wav',
    'accept-ranges': 'bytes',
    'content-length': end - begin + 1,
    ...(request.headers.range && { 'content-range': `bytes ${begin}-${end}/${length}` }),
  });
  const last = Math.min(end, WAV_HEADER + stall * RATE - 1);
  if (begin <= last) response.write(wav(length).subarray(begin, last + 1));
  if (last === end) response.end();
}

function wav(length) {
  const bytes = Buffer.alloc(length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // one channel
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(length - WAV_HEADER, 40);
  for (let at = WAV_HEADER; at < length; at += 1) {
    bytes[at] = 128 + Math.round(60 * Math.sin((2 * Math.PI * PITCH_HZ * (at - WAV_HEADER)) / RATE));
  }
  return bytes;
}
