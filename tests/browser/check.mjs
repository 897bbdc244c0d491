// What a script relies on.

/** Throws with a sentence where something does not hold. */
export function check(holds, sentence) {
  if (!holds) throw new Error(sentence);
}
