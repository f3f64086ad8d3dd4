/** "Re-engagement message": free text outside of the customer service window. */
const OUTSIDE_WINDOW = "131047";

/** Our name for a code of Meta's where we have one, else the code. */
export function explainMetaCode(code: number | string): string {
  return String(code) === OUTSIDE_WINDOW ? "outside_window" : String(code);
}
