/** How much effort goes into proving patterns safe. What cannot be proven within it counts as unsafe. */

/** Elementary steps left: for all patterns of a document, and for the one being looked at. */
export type PatternWork = { left: number; leftForPattern: number };

/** Steps for all patterns of one document: half a second or so. */
const WORK_MAX = 5_000_000;
/** Steps for one pattern: tens of milliseconds, far more than patterns that people write by hand need. */
const PATTERN_WORK_MAX = 500_000;

/** Raised when a pattern is beyond what can be proven. */
export class TooHardToProve extends Error {}

/** The effort for one document. */
export function newPatternWork(): PatternWork {
  return { left: WORK_MAX, leftForPattern: 0 };
}

/** Starts on the next pattern of the document. */
export function startPattern(work: PatternWork): void {
  work.leftForPattern = Math.min(PATTERN_WORK_MAX, work.left);
}

/** Uses up steps. Throws `TooHardToProve` when there are not enough. */
export function spend(work: PatternWork, steps: number): void {
  work.left -= steps;
  work.leftForPattern -= steps;
  if (work.leftForPattern < 0) {
    throw new TooHardToProve();
  }
}
