/** Every number of the obligations, with its unit and reason. */

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How often a plugin is asked what is due, unless told otherwise, and the bounds of that. */
export const POLL_MINUTES_DEFAULT = 15;
export const POLL_MINUTES_MIN = 5;
export const POLL_MINUTES_MAX = 1_440;

/** A plugin that fails is asked less and less often, but at least once a day: it may have been mended. */
export const POLL_INTERVAL_MAX_MS = DAY_MS;

/** Items that a plugin is asked for at once, as `limit`. */
export const PAGE_ITEMS = 100;

/** Calls of one poll. A plugin with more to say says it the next time. */
export const PAGES_MAX = 10;

/** Items of one poll that are looked at; a plugin may answer more than it was asked for. */
export const ITEMS_PER_POLL = PAGE_ITEMS * PAGES_MAX;

/** New obligations of one poll. What is beyond is listed again by the next. */
export const NEW_PER_POLL = 500;

/** Obligations of one installation that wait: more than any shop reminds of in a day. */
export const OPEN_PER_INSTALLATION = 5_000;

/**
 * An obligation that was taken from a list is not taken again sooner, whatever slot it names: a plugin that says "due
 * now" with every poll would write to its customer every few minutes.
 */
export const AGAIN_AFTER_MS = 20 * HOUR_MS;

/** Dropped items of a poll that are shown. */
export const PROBLEMS_SHOWN = 20;

/** A poll that has said nothing for so long was lost: ten calls of a minute at most, and what is written afterwards. */
export const POLL_LEASE_MS = 15 * MINUTE_MS;

/** The same for acting on one obligation. */
export const ACT_LEASE_MS = 2 * MINUTE_MS;

/** Tries of one that fails on our side. */
export const ACT_TRIES = 8;

/** When one that is on its way, or held, is looked at again, unless the policy names a time. */
export const LOOK_AGAIN_MS = MINUTE_MS;

/** The same for one that is held until the customer writes, and sent by the conversation then. */
export const HELD_AGAIN_MS = 60 * MINUTE_MS;

/** How far one tick looks ahead: until the next one. The queue's delay does the rest. */
export const TICK_MS = MINUTE_MS;

/** Due rows of one kind that one tick finds: polls of 30,000 numbers at the usual interval. */
export const DUE_ROWS = 2_000;

/** Installations that a tick looks through, when more is due than it finds, to give each its share. */
export const LANES_MAX = 10_000;

/** The most that a queue takes in one go. */
export const SEND_MESSAGES = 100;

/** Rows that are written in one batch. */
export const WRITE_ROWS = 50;

/** Grants that changed no longer ago are looked at by every tick, all of them by the hourly one. */
export const RECENT_MS = 15 * MINUTE_MS;

/** Grants that are read at once. */
export const GRANT_ROWS = 200;

/** A bridge's obligation lies no further ahead than a scheduled message may. */
export const DUE_AHEAD_MAX_MS = 2 * 366 * DAY_MS;

/** Obligations that one tick forgets, each with its few changes, so that a tick stays short whatever has piled up. */
export const REMOVE_ROWS = 500;

/** An obligation that is listed still is kept: its time is put off again when that much of it has gone. */
export const KEEP_STEP_MS = 7 * DAY_MS;

/** Forgotten sooner, an obligation that its plugin lists still would be done again. */
const KEEP_MIN_DAYS = 30;

/** How long one that is over is kept, ms: as long as other records, and at least so long that nothing is done twice. */
export function keepMs({ recordRetentionDays }: { readonly recordRetentionDays: number }): number {
  return Math.max(recordRetentionDays, KEEP_MIN_DAYS) * DAY_MS;
}
