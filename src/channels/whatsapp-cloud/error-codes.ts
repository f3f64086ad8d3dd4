/** "Re-engagement message": free text outside of the customer service window. */
const OUTSIDE_WINDOW = "131047";

/** Limits of the app, the business account and the pair of numbers; Meta answers them with 400 as well. */
const BUSY_CODES: ReadonlySet<number> = new Set([4, 80_007, 130_429, 131_048, 131_056]);

export function isBusyCode(code: number): boolean {
  return BUSY_CODES.has(code);
}

/** Our name for a code of Meta's where we have one, else the code. */
export function explainMetaCode(code: number | string): string {
  return String(code) === OUTSIDE_WINDOW ? "outside_window" : String(code);
}
