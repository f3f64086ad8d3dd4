/** Every number of the delivery policy, with its unit and reason. */

const HOUR_MS = 60 * 60 * 1_000;

/** Caps count the messages of any 24 hours. */
export const CAP_WINDOW_MS = 24 * HOUR_MS;

/** A message for which there was no room for a day comes too late to be worth a customer's patience. */
export const CAP_HOLD_MS = 24 * HOUR_MS;

/** After STOP, news of a payment counts as part of what the customer does for as long as WhatsApp lets us answer. */
export const RECENT_INBOUND_MS = 24 * HOUR_MS;

/** A held message speaks of a day that comes soon; nobody wants to read it a week later. */
export const HOLD_MAX_MS = 7 * 24 * HOUR_MS;

/** Longer than any country's night in all of its zones: hours that never end for one customer are not kept for all. */
export const QUIET_SEARCH_MS = 36 * HOUR_MS;
