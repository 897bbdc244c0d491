// A tiny site on a free loopback port: pages from strings, the SDK's files from a folder.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { extname, join, normalize } from 'node:path';

const GZIP = 0x1f;
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html', '.json': 'application/json' };

/**
 * Serves `pages` (path → `{ body, headers? }`) and the files of `dist` below `/unsnag/`. It also plays a host: batches are
 * kept in `batches` and answered by `503`, so that pages keep them too.
 */
export async function site(dist, pages) {
  const batches = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://site').pathname;
    if (path === '/v1/batch') {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      batches.push(JSON.parse(body[0] === GZIP ? gunzipSync(body) : body));
      response.writeHead(503);
      response.end();
      return;
    }
    const page = pages[path];
    if (page) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers });
      response.end(page.body);
      return;
    }
    try {
      const name = normalize(path.replace(/^\/unsnag\//, ''));
      if (!path.startsWith('/unsnag/') || name.startsWith('..')) throw new Error('not here');
      const file = await readFile(join(dist, name));
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' });
      response.end(file);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    batches,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
