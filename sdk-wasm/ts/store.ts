// What is kept between pages, with consent only: the tab's session, and a visitor's id with the starts of its sessions.

const SESSION_KEY = 'unsnag.session';
const VISITOR_KEY = 'unsnag.visitor';
/** A session ends after this pause. */
const IDLE_MS = 30 * 60_000;
/** A session never lasts longer. */
const LONGEST_MS = 4 * 3_600_000;
const MONTH_MS = 30 * 86_400_000;
/** Session starts remembered; whoever comes more often is simply frequent. */
const MOST_STARTS = 100;

export interface Session {
  session: string;
  tab: string;
  /** When the session began and was last kept, Unix ms. */
  began: number;
  kept: number;
  /** The Wasm's own part: its state, and the numbers of the next batch and event. */
  state: string;
  seq: number;
  event: number;
}

/** 128 random bits as 22 characters of base64url. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (c) => (c === '+' ? '-' : c === '/' ? '_' : ''));
}

/** Private modes and blocked storage throw; the session is then the page. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Takes the tab's session out of storage, so that a duplicated tab finds none and gets a name of its own. */
export function takeSession(now: number): Session | undefined {
  return attempt(() => {
    const kept = JSON.parse(sessionStorage.getItem(SESSION_KEY) ?? 'null') as Session | null;
    sessionStorage.removeItem(SESSION_KEY);
    return kept && now - kept.kept < IDLE_MS && now - kept.began < LONGEST_MS ? kept : undefined;
  });
}

export function keepSession(session: Session): void {
  attempt(() => {
    if (session.state) sessionStorage.setItem(SESSION_KEY, JSON.stringify(session));
    else sessionStorage.removeItem(SESSION_KEY);
  });
}

/** The visitor's id and how many sessions there were in 30 days, this one included. */
export function visitor(now: number, isNewSession: boolean): [id: string | undefined, sessions: number] {
  const found = attempt((): [string, number] => {
    const [known, ...starts] = (localStorage.getItem(VISITOR_KEY) ?? '').split(',');
    const recent = starts.filter((start) => now - +start < MONTH_MS).slice(-MOST_STARTS);
    if (isNewSession || !recent.length) recent.push(`${now}`);
    const id = known || newId();
    localStorage.setItem(VISITOR_KEY, [id, ...recent].join());
    return [id, recent.length];
  });
  return found ?? [undefined, 0];
}

export function forget(): void {
  attempt(() => {
    sessionStorage.removeItem(SESSION_KEY);
    localStorage.removeItem(VISITOR_KEY);
  });
}
