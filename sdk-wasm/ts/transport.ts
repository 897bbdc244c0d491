// Batches over the network. Nothing here ever needs a preflight: no header of our own, and a body of plain text.

/** What all keepalive requests of a page may hold at one time is 64 KiB; beacons share it. */
const KEEPALIVE_BYTES = 60_000;
/** What is smaller goes with the first packets of any connection (RFC 6928: 10 segments): compressing it would save nobody
 *  a moment, and cost the page some hundred µs. */
const COMPRESS_BYTES = 8192;
const HEADERS = { 'content-type': 'text/plain;charset=utf-8' };

// The page's own, before it is wrapped: our requests are not the page's.
const fetch = globalThis.fetch?.bind(globalThis);
let inFlight = 0;

type Bytes = Uint8Array<ArrayBuffer>;

// Not blobs: making one asks another process.
const encode = (text: string): Bytes => new TextEncoder().encode(text);

async function gzip(bytes: Bytes): Promise<Bytes> {
  const packed = new Response(bytes).body!.pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

async function request(url: string, body: Bytes): Promise<Response> {
  const keepalive = inFlight + body.length <= KEEPALIVE_BYTES;
  const size = keepalive ? body.length : 0;
  inFlight += size;
  try {
    return await fetch(url, { method: 'POST', headers: HEADERS, body, keepalive, credentials: 'omit' });
  } finally {
    inFlight -= size;
  }
}

/** Posts a batch and waits for the answer. */
export async function post(url: string, text: string): Promise<Response> {
  const body = encode(text);
  // Compression is asynchronous: a page that goes away meanwhile would send nothing.
  const pack = body.length > COMPRESS_BYTES && !document.hidden && 'CompressionStream' in globalThis;
  return request(url, pack ? await gzip(body) : body);
}

/** Sends a batch while the page goes. */
export function part(url: string, text: string): void {
  const body = encode(text);
  const fits = inFlight + body.length <= KEEPALIVE_BYTES;
  if (!fits && navigator.sendBeacon?.(url, text)) return;
  request(url, body).catch(() => {
    // Nobody is left to hear of it.
  });
}

/** Reads a JSON document of the host. */
export async function read<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url, { credentials: 'omit' });
  return response.ok ? ((await response.json()) as T) : undefined;
}
