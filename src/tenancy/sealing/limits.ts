/** Every number of this feature, with its unit and reason. */

const HOUR_MS = 60 * 60 * 1_000;

/** Values that are read at once, sealed again and written: each is two cipher operations and a guarded update. */
export const RESEAL_PAGE = 100;

/** Sealed text that one statement writes. What waits for an approval may be more than a megabyte by itself. */
export const WRITE_MAX_CHARACTERS = 256 * 1024;

/** Values of one column that one tick seals again, so that a rotation is a small part of the database's work. */
export const RESEAL_VALUES_PER_TICK = 1_000;

/** Objects that one tick wakes for it: each is a request of its own. */
export const RESEAL_OBJECTS_PER_TICK = 200;

/** Objects asked at the same time. */
export const OBJECTS_AT_ONCE = 10;

/** More than so many values of a column under one key are not counted on: the operator sees that it is far. */
export const COUNTED_MAX = 100_000;

/**
 * How long a key stays after it last was the newest, whatever is left of it: a simulated phone's socket carries a sealed
 * number for an hour, a current-chat token lives for ten minutes, and an isolate may go on with the ring before.
 */
export const OLD_KEY_STAYS_MS = 3 * HOUR_MS;
