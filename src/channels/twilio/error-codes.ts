/** Free text outside of the customer service window. Twilio says so at once or, more often, in a later status. */
const OUTSIDE_WINDOW = "63016";

/** Our name for a code of Twilio's where we have one, else the code. */
export function explainTwilioCode(code: string): string {
  return code === OUTSIDE_WINDOW ? "outside_window" : code;
}
