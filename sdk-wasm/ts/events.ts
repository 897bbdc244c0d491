// When events happened, and what a person's hand called or may have called.

/** Stamps of events are compared to the clock this often: reading it costs more than most events do. */
const LOOK_EVERY_MS = 2000;
/** What happens so soon after a gesture is the person's: keys and buttons act at once, players' own scripts a little later. */
const BY_HAND_MS = 1000;
/** What these call is no answer to a click. */
const TYPED = ['keydown', 'input'];

/** When the clock was looked at last. */
let looked = 0;
let hasFrames = false;
/** The newest event of a gesture: as long as it is on its way, what runs was called by it. */
let newest: Event | undefined;
/** When somebody pressed, let go or typed last. */
let acted = -BY_HAND_MS;
let isDown = false;

export const now = (): number => performance.now();

/** Begins anew. */
export function forgetEvents(): void {
  newest = undefined;
  hasFrames = false;
}

/** Frames are listened to, which count from their own start. */
export function hearFrames(): void {
  hasFrames = true;
}

/** When an event happened. Some browsers stamp synthetic events by another clock, or all of them ahead of time after a
 *  sleep. */
export function timeOf({ isTrusted, timeStamp }: Event): number {
  if (isTrusted && timeStamp > 0 && !hasFrames) {
    if (timeStamp < looked + LOOK_EVERY_MS) return timeStamp;
    looked = now();
    if (timeStamp <= looked) return timeStamp;
  }
  return now();
}

/** An event of a gesture; `at` is given where a pointer or a key went down, or a pointer up. */
export function acts(event: Event, at?: number): void {
  newest = event;
  if (at === undefined || !event.isTrusted) return;
  acted = at;
  if (event.type !== 'keydown') isDown = event.type === 'pointerdown';
}

/** Whether a gesture calls what runs now. */
export const isGesture = (): boolean => !!newest?.eventPhase;

/** Whether what runs now may be a click's doing: a gesture calls it that types nothing. */
export const isOfClick = (): boolean => isGesture() && !TYPED.includes(newest!.type);

/** Whether there was a gesture. */
export const hasActed = (): boolean => !!newest;

/** Whether what happens at this time may be a person's doing. */
export const isByHand = (at: number): boolean => isDown || at - acted <= BY_HAND_MS;
