// The live channel: interventions that are decided after their batch was answered. Loaded with the first token that an
// answer brings, which is when the session is at risk.

import type { Offered } from './helper';

/** FORMATS.md, Live: what a host sends. */
interface Frame {
  interventions: Offered[];
  decision: { signature: string };
}

/** What opens the channel, until then by the page's clock, Unix ms. */
export interface Token {
  token: string;
  until: number;
}

export interface Channel {
  /** The newest token; without one the session is at no risk, and the channel is closed. */
  follow(token: Token | undefined): void;
  close(): void;
}

/** What is between two tries, ms; it doubles. After the last one the next token is waited for. */
const AGAIN_MS = 1000;
const TRIES = 5;

/** Opens nothing before the first token. `take` is given each intervention with the signature under its decision. */
export function open(url: string, take: (offered: Offered, signature: string) => void): Channel {
  let newest: Token | undefined;
  let socket: WebSocket | undefined;
  let tries = 0;
  /** The page's policy forbids it; asking again would only be reported again. */
  let forbidden = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new AbortController();

  function connect(): void {
    clearTimeout(timer);
    // What comes to a page that nobody looks at could not be shown; it waits at the host.
    if (socket || forbidden || document.hidden || !newest || newest.until <= Date.now()) return;
    let opened: WebSocket;
    try {
      opened = new WebSocket(url + newest.token);
    } catch {
      // Not allowed here: interventions ride on the next answer instead.
      return;
    }
    socket = opened;
    opened.onopen = () => {
      tries = 0;
    };
    opened.onmessage = ({ data }: MessageEvent<string>) => {
      const { interventions, decision } = JSON.parse(data) as Frame;
      for (const each of interventions) take(each, decision.signature);
      opened.send(JSON.stringify({ ack: interventions.map(({ id }) => id) }));
    };
    opened.onclose = () => {
      if (socket !== opened) return;
      socket = undefined;
      if (tries < TRIES) timer = setTimeout(connect, AGAIN_MS * 2 ** tries++ * (0.5 + Math.random() / 2));
    };
  }

  function rest(): void {
    clearTimeout(timer);
    const closing = socket;
    socket = undefined;
    closing?.close();
  }

  function look(): void {
    if (document.hidden) rest();
    else connect();
  }

  document.addEventListener('visibilitychange', look, { signal: ended.signal });
  // Of addresses that are none of HTTP such an event tells the scheme alone.
  document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
    forbidden ||= /^wss?(:|$)/.test(blockedURI);
  }, { signal: ended.signal });
  // An open channel would keep the page out of the browser's memory of pages.
  addEventListener('pagehide', rest, { signal: ended.signal });
  addEventListener('pageshow', connect, { signal: ended.signal });

  return {
    follow(token) {
      newest = token;
      tries = 0;
      if (token) connect();
      else rest();
    },
    close() {
      ended.abort();
      newest = undefined;
      rest();
    },
  };
}
