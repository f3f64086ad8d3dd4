/**
 * How long an isolate gathers records before it sends them as one batch. A queue send costs about as much as
 * half a tool call; an isolate that dies within this time loses what it gathered (the calls themselves are done).
 */
export const GATHER_MS = 20;

/** How overdue a batch must be before another request sends it. */
export const FLUSH_GRACE_MS = 1_000;

/** A queue message holds at most 128 KB; a record with the longest input and output is about 9 KB. */
export const MESSAGE_RECORDS = 100;
export const MESSAGE_TEXT_LENGTH = 64 * 1024;

/** Rows of one insert. They travel as one JSON parameter, so D1's limit of 100 parameters does not count them. */
export const INSERT_ROWS = 100;

/** Rows that one tick deletes, so that a tick stays short whatever has piled up. */
export const REMOVE_ROWS = 2_000;
