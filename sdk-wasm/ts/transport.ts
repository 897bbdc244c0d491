// Batches over the network. Nothing here ever needs a preflight: no header of our own, and a body of plain text.

/** What all keepalive requests of a page may hold at one time is 64 KiB; beacons share it. */
const KEEPALIVE_BYTES = 60_000;
/** Below this, compression costs more time than it saves. */
const COMPRESS_BYTES = 2048;
const TYPE = 'text/plain;charset=utf-8';

// The page's own, before it is wrapped: our requests are not the page's.
const fetch = globalThis.fetch?.bind(globalThis);
let inFlight = 0;

async function gzip(body: Blob): Promise<Blob> {
  const packed = await new Response(body.stream().pipeThrough(new CompressionStream('gzip'))).blob();
  return new Blob([packed], { type: TYPE });
}

async function request(url: string, body: Blob): Promise<Response> {
  const keepalive = inFlight + body.size <= KEEPALIVE_BYTES;
  const size = keepalive ? body.size : 0;
  inFlight += size;
  try {
    return await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit' });
  } finally {
    inFlight -= size;
  }
}

/** Posts a batch and waits for the answer. */
export async function post(url: string, text: string): Promise<Response> {
  const body = new Blob([text], { type: TYPE });
  // Compression is asynchronous: a page that goes away meanwhile would send nothing.
  const pack = body.size > COMPRESS_BYTES && !document.hidden && 'CompressionStream' in globalThis;
  return request(url, pack ? await gzip(body) : body);
}

/** Sends a batch while the page goes. */
export function part(url: string, text: string): void {
  const body = new Blob([text], { type: TYPE });
  const fits = inFlight + body.size <= KEEPALIVE_BYTES;
  if (!fits && navigator.sendBeacon?.(url, body)) return;
  request(url, body).catch(() => {
    // Nobody is left to hear of it.
  });
}

/** Reads a JSON document of the host. */
export async function read<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url, { credentials: 'omit' });
  return response.ok ? ((await response.json()) as T) : undefined;
}
