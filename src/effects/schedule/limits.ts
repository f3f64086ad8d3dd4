/** Every number of scheduled messages, with its unit and reason. */

export const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Nobody plans further ahead; what is, is a mistake in the year. */
export const AHEAD_MAX_MS = 731 * DAY_MS;

/** More than a year of days: a schedule is a promise to a customer, and one for ever is nobody's. */
export const OCCURRENCES_MAX = 400;

/** Messages of one plugin, or of an organisation's staff, that wait. More are a loop. */
export const WAITING_MAX = 10_000;

/**
 * What a tick looks ahead: the queue's delay gives the second, the next tick the minute. A tick may begin some seconds
 * late, so it sees a little of the minute after; what two ticks enqueue is sent once.
 */
export const TICK_AHEAD_MS = MINUTE_MS + 15 * SECOND_MS;

/** Rows of one read of a tick, and reads: together what one tick hands to the queue at most. */
export const TICK_PAGE_ROWS = 1_000;
export const TICK_PAGES = 20;

/** The most that a queue takes in one go. */
export const SEND_MESSAGES = 100;

/** How long one sending may take before it is taken for dead: longer than any provider is waited for. */
export const SENDING_LEASE_MS = MINUTE_MS;

/** When to look again for what the conversation still tries to send. */
export const LOOK_AGAIN_MS = MINUTE_MS;

/** When to look again for what is held until the customer writes. */
export const HELD_AGAIN_MS = 60 * MINUTE_MS;

/** The conversation itself sends what it holds; it is looked for a little after. */
export const HELD_GRACE_MS = 10 * SECOND_MS;

/** What the agent is shown of a customer's scheduled messages. */
export const CHAT_LIST_MAX = 20;

/** Sendings that end in one go when an outage swallowed them; what is left of more is done by the next tick. */
export const MISSED_MAX = 31;

/** Outcomes, and messages that are over, are kept this long: a year can be looked back on, with a month to spare. */
export const RETENTION_MS = 400 * DAY_MS;

/** Rows of each kind that one tick deletes. */
export const REMOVE_ROWS = 1_000;
