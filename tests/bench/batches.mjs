// Batches as the SDK seals them: `batch.json` is what the demo shop's checkout sent after a rage click, made current.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { root } from '../browser/child.mjs';

/** The request's path; the key works on this machine only. */
export const PATH = '/v1/batch?key=demo';
/** Headers as a browser sends them from a page of this machine. */
export const HEADERS = {
  'content-type': 'text/plain;charset=utf-8',
  origin: 'http://127.0.0.1:7668',
  'sec-fetch-site': 'same-site',
};

const recorded = JSON.parse(await readFile(join(root, 'tests/bench/batch.json'), 'utf8'));

/** How many events each batch has. */
export const EVENTS = recorded.events.length;

/** 22 characters of base64url. */
export function newId() {
  return randomBytes(16).toString('base64url');
}

/** The recorded batch sealed now, as text: with its own events, or with as many as asked for. */
export function batch(id = newId(), session = newId(), events = EVENTS) {
  const later = Date.now() - recorded.sent_at;
  const event = (at) => {
    const { id: name, ...rest } = recorded.events[at % EVENTS];
    // An id counts once in a batch.
    return { id: at < EVENTS ? name : `${name}-${at}`, ...rest, at: rest.at + later };
  };
  return JSON.stringify({
    ...recorded,
    batch_id: id,
    session,
    sent_at: recorded.sent_at + later,
    events: Array.from({ length: events }, (_, at) => event(at)),
  });
}
