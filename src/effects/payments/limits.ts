/** Every number of payments and refunds, with its unit and reason. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Longest that asking a provider takes, token and answer included. Older than that, whoever asked is gone. */
export const ASK_LEASE_MS = MINUTE_MS;

/** A callback that is under way when a prompt ends still counts before the payment does as expired. */
export const EXPIRY_GRACE_MS = MINUTE_MS;

/** Waiting times between questions to the provider; the last one is repeated. Callbacks are the rule. */
const CHECK_DELAYS_MS = [
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
];

/** What is open for so long is a person's to look into; the provider is still asked, less often. */
export const ATTENTION_AFTER_MS = DAY_MS;
const LATE_CHECK_DELAY_MS = 6 * HOUR_MS;

/** Providers forget; asking for longer finds nothing. */
const GIVE_UP_AFTER_MS = 30 * DAY_MS;

/** Waiting times between tries of what follows a settlement (receipt, order, event); the last one is repeated. */
const FOLLOW_UP_DELAYS_MS = [15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS];

/** About a day of tries; then a person is told. */
export const FOLLOW_UP_TRIES = 24;

/** What a tick looks ahead: the queue's delay gives the second, the next tick the minute. */
export const SWEEP_AHEAD_MS = MINUTE_MS;

/** Rows of each kind that a tick enqueues. What is left is due at the next tick too. */
export const SWEEP_ROWS = 500;

/** Providers' callbacks have one or two kilobytes. */
export const CALLBACK_MAX_BYTES = 64 * 1024;

/** What the event log keeps of a callback, after redaction. */
export const EVENT_BODY_MAX_BYTES = 4_096;

/** Free-form order details: an address of 4,000 characters in any script, with room beside it. */
export const ORDER_DETAILS_MAX_BYTES = 32 * 1024;

/** When to ask the provider next; null when it is given up. `ageMs`: since the provider was asked for money. */
export function nextCheckDelay(checks: number, ageMs: number): number | null {
  if (ageMs >= GIVE_UP_AFTER_MS) {
    return null;
  }
  return ageMs >= ATTENTION_AFTER_MS ? LATE_CHECK_DELAY_MS : delayAt(CHECK_DELAYS_MS, checks);
}

/** When to try next what follows a settlement, after so many tries. */
export function followUpDelay(tries: number): number {
  return delayAt(FOLLOW_UP_DELAYS_MS, tries);
}

function delayAt(delays: readonly number[], index: number): number {
  return delays[Math.min(index, delays.length - 1)] ?? HOUR_MS;
}
