// Moves of the pointer, thinned so that no turn is lost: what goes on as before is not worth a crossing into the Wasm.

import { Input, tell } from './inputs';

/** A move that goes on as before tells nothing new, but this often that somebody is there, ms. */
const SAME_EVERY_MS = 250;
/** After a turn the core is told once the pointer has gone this far, CSS px: its least stroke. */
const STROKE_PX = 40;

interface Place {
  at: number;
  x: number;
  y: number;
}

/** Where the pointer was last outside of a canvas, and when. */
let place: Place = { at: 0, x: 0, y: 0 };
/** What was told of it last. */
let told = place;
/** Where it goes on each axis: -1, 0 or 1. */
let [right, down] = [0, 0];
/** It has turned since it was told of. */
let turned = false;

function tellPlace(at: number, { x, y }: Place): void {
  told = { at, x, y };
  tell(Input.Move, at, 0, x, 0, y);
}

export function pointerMoved(at: number, { pointerType, clientX, clientY }: PointerEvent, target: Element | undefined): void {
  if (pointerType === 'touch') return;
  // What a canvas answers is seen by nobody: moves on it tell no more than that somebody is there.
  const [x, y] = target?.localName === 'canvas' ? [place.x, place.y] : [clientX, clientY];
  const [aside, below] = [x - place.x, y - place.y];
  if (aside * right < 0 || below * down < 0) {
    // Where it turned; after a rest nobody asks.
    if (at - place.at < SAME_EVERY_MS) tellPlace(at, place);
    turned = true;
  }
  [right, down] = [Math.sign(aside) || right, Math.sign(below) || down];
  place = { at, x, y };
  const far = turned && Math.max(Math.abs(x - told.x), Math.abs(y - told.y)) >= STROKE_PX;
  if (!far && at - told.at < SAME_EVERY_MS) return;
  turned = false;
  tellPlace(at, place);
}
