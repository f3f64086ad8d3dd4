/**
 * How long an isolate gathers records before it sends them as one batch. A queue send costs about as much as
 * half a tool call; an isolate that dies within this time loses what it gathered (the calls themselves are done).
 */
export const GATHER_MS = 20;

/** Queues take at most 100 messages and 256 KB a batch; a record is at most about 9 KB. */
export const SEND_BATCH_MESSAGES = 25;

/** D1 takes at most 100 bound parameters a statement; a record has at most 19 columns. */
export const INSERT_ROWS = 5;

/** Rows that one tick deletes, so that a tick stays short whatever has piled up. */
export const REMOVE_ROWS = 2_000;
