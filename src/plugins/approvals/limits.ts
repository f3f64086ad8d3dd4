/** Every number of approvals, with its unit and reason. */

/** What people are shown of a payload, and what is kept of an outcome, after redaction. */
export const SHOWN_MAX_BYTES = 4096;

/** Calls of one chat that wait at once. A model in a circle must not fill the approvers' phones. */
export const WAITING_AT_ONCE = 20;

/** What fits into one WhatsApp message with buttons (1,024 characters) beside the words around it. */
export const MESSAGE_PAYLOAD_CHARACTERS = 600;

/** What a model reads of a result, in characters; as much as of any other message. */
export const NOTE_RESULT_CHARACTERS = 6_000;

/** An approved call that has not begun after this time has lost whoever was to begin it. */
export const BEGIN_WITHIN_MS = 30_000;

/** A call takes a minute at most; one that has not ended long after that has lost whoever was to note its end. */
export const END_WITHIN_MS = 3 * 60_000;

/** Executions of a call that may be repeated, the first included. */
export const EXECUTION_TRIES = 3;

/** A chat that was not told of an end within this time is told by the next tick. */
export const TELL_WITHIN_MS = 60_000;

/** Rows that one tick takes of each kind; the next tick takes more. */
export const JOB_ROWS = 50;
