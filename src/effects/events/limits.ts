/** Every number of the events, with its unit and reason. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** When an event is tried, counted from its first try: Standard Webhooks' schedule, a day in all. */
export const TRY_OFFSETS_MS = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** Part of the pause by which tries are spread, so that a server that comes back is not hit by all at once. */
export const JITTER = 0.1;

/** `Retry-After` is honoured up to this; a day is as long as we try at all. */
export const RETRY_AFTER_MAX_MS = DAY_MS;

/** An endpoint has this long to answer; what it does with an event it can do afterwards. */
export const ENDPOINT_TIMEOUT_MS = 15 * SECOND_MS;

/** Nobody reads an endpoint's answer; one that does not end is a failure. */
export const ENDPOINT_ANSWER_MAX_BYTES = 256 * 1024;

/** A try that has said nothing for so long was lost with its isolate: longer than any tool may take. */
export const TRY_LEASE_MS = 2 * MINUTE_MS;

/** Due deliveries that one tick finds. The next tick is a minute away; a queue takes thousands a second. */
export const DUE_ROWS = 500;

/** Endpoints of one organisation. */
export const ENDPOINTS_MAX = 20;

/** How long the old secret signs too, unless told: long enough to deploy the new one. */
export const SECRET_OVERLAP_DEFAULT_SECONDS = 24 * 60 * 60;
export const SECRET_OVERLAP_MAX_SECONDS = 7 * 24 * 60 * 60;

/** Random bytes of a secret; Standard Webhooks asks for 24 to 64. */
export const SECRET_BYTES = 32;

/** Events whose deliveries have all ended are kept this long. */
export const RETENTION_MS = 30 * DAY_MS;

/** Rows that one tick deletes. */
export const REMOVE_ROWS = 1_000;

/** What is kept of an error, in characters. */
export const ERROR_MAX_CHARACTERS = 300;

/** Events of one statement: at a scheduled message's 4,096 characters each, well within the two megabytes of a value. */
export const PLAN_ROWS = 100;
