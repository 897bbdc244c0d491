// The eyes for players, loaded when the first one plays: what media elements and foreign players tell, read into
// numbers. What it means is judged in the Wasm.

import type { Player, PlayerEvent, PlayerOptions, PlayerReading } from '@unsnag/sdk';

/** What the page's eyes lend. */
export interface Lent {
  number(at: number, element: Element): number;
  timeOf(event: Event): number;
  /** Whether what happens then may be a person's doing. */
  isByHand(at: number): boolean;
  tell(at: number, element: number, what: number, position: number, length: number, rate: number, bits: number): void;
}

/** The core's `VideoWhat`, by the names of the inputs. */
const WHATS = [
  'add', 'play', 'playing', 'pause', 'seeking', 'seeked', 'time', 'rate', 'waiting', 'stalled', 'ended', 'error', 'volume',
  'visible', 'remove',
];
/** Events of media elements that have another name than the input. */
const NAMES: Record<string, string> = { timeupdate: 'time', ratechange: 'rate', volumechange: 'volume' };
const EVENTS = [
  'play', 'playing', 'pause', 'seeking', 'seeked', 'timeupdate', 'ratechange', 'waiting', 'stalled', 'ended', 'error', 'volumechange',
];
/** At most four readings of the time a second; browsers wait about 250 ms themselves, some less. */
const TIME_EVERY_MS = 240;
/** At least half of it is to be seen. */
const HALF = 0.5;
/** A sound that is in no document and shorter than this is a beep. */
const LEAST_LOOSE_S = 10;

/** `readyState` of a player that does not say. */
const HAS_DATA = 4;

interface Known {
  number: number;
  /** When its time was told last. */
  timed: number;
  inView: boolean;
  /** Tells what it is now. */
  say(at: number, what: string): void;
}

/** What a foreign player said last. */
type State = Required<PlayerReading>;

export function watch({ number, timeOf, isByHand, tell }: Lent) {
  const over = new AbortController();
  const options = { capture: true, passive: true, signal: over.signal };
  /** Those in the document; what leaves it is let go until it plays again. */
  const players = new Map<Element, Known>();
  const known = new WeakMap<object, Known>();
  const states = new WeakMap<Player, State>();

  const now = (): number => performance.now();
  const isGone = (element: Element): boolean => !element.isConnected;
  const seen = (element: Element, { inView }: Known): boolean =>
    ((inView || element.localName === 'audio') && !document.hidden) || document.pictureInPictureElement === element;

  const views = new IntersectionObserver((entries) => {
    for (const { target, intersectionRatio } of entries) {
      const each = players.get(target);
      if (!each) continue;
      const inView = intersectionRatio >= HALF;
      const changed = inView !== each.inView;
      each.inView = inView;
      // Removing an element takes it out of view as well.
      if (isGone(target)) letGo(target, each);
      else if (changed) each.say(now(), 'visible');
    }
  }, { threshold: HALF });

  function letGo(element: Element, each: Known): void {
    players.delete(element);
    views.unobserve(element);
    each.inView = false;
    each.say(now(), 'remove');
  }

  addEventListener('visibilitychange', () => {
    for (const each of players.values()) each.say(now(), 'visible');
  }, options);

  function reading(
    at: number, to: number, what: string, position: number, length: number, rate: number, ready: number,
    muted: boolean, visible: boolean, loops: boolean, byUser: boolean | undefined = isByHand(at),
  ): void {
    if (to) tell(at, to, WHATS.indexOf(what), position, length, rate, +muted | (+visible << 1) | (+loops << 2) | (+!byUser << 3) | (ready << 4));
  }

  function know(element: Element, key: object, say: (each: Known, at: number, what: string) => void): Known {
    const at = now();
    const each: Known = {
      number: number(at, element),
      timed: -TIME_EVERY_MS,
      inView: false,
      say(at, what) {
        if (what === 'time') {
          if (at - each.timed < TIME_EVERY_MS) return;
          each.timed = at;
        }
        if (!isGone(element) && !players.has(element)) {
          players.set(element, each);
          views.observe(element);
        }
        say(each, at, what);
      },
    };
    known.set(key, each);
    return each;
  }

  return {
    /** Begins to watch a media element. */
    adopt(element: HTMLMediaElement): void {
      if (known.has(element)) return;
      const each = know(element, element, (each, at, what) => {
        const { currentTime, duration, playbackRate, readyState, muted, volume, loop } = element;
        if (isGone(element) && what !== 'remove' && !(duration >= LEAST_LOOSE_S)) return;
        reading(at, each.number, what, currentTime, duration, playbackRate, readyState, muted || !volume, seen(element, each), loop);
      });
      for (const name of EVENTS) {
        element.addEventListener(name, (event) => {
          each.say(timeOf(event), NAMES[name] ?? name);
          // Browsers pause what is taken out of the document.
          if (players.has(element) && isGone(element)) letGo(element, each);
        }, options);
      }
      each.say(now(), 'add');
      if (element.paused) return;
      each.say(now(), 'play');
      // What has happened since it was to play.
      each.say(now(), element.readyState > 2 ? 'playing' : 'waiting');
    },

    /** What a foreign player tells goes through the function that is returned. */
    foreign(player: Player, { element, length: whole = null }: PlayerOptions = {}) {
      const place = element ?? document.createElement('video');
      let last = states.get(player);
      if (!last) states.set(player, (last = { at: 0, length: whole, rate: 1, muted: false, visible: true, loop: false, via: undefined }));
      const state = last;
      const each = known.get(player) ?? know(place, player, (each, at, what) => {
        const { at: position, length, rate, muted, visible, loop, via } = state;
        // One without a place on the page says itself whether it can be seen.
        const isSeen = element ? seen(element, each) : visible && !document.hidden;
        reading(at, each.number, what, position, length ?? NaN, rate, HAS_DATA, muted, isSeen, loop, via && via === 'user');
      });
      return (at: number, what: PlayerEvent, said: PlayerReading = {}): void => {
        Object.assign(state, { via: undefined }, said);
        each.say(at, what);
      };
    },

    close(): void {
      over.abort();
      views.disconnect();
    },
  };
}
