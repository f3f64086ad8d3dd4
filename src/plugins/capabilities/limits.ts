/** Every number of what a first-party plugin is given, with its unit and reason. */

/** Keys are read by people in lists and by an index. */
export const KEY_MAX_CHARACTERS = 200;

/** One document as JSON. What is larger belongs in a plugin's own server. */
export const DOCUMENT_MAX_CHARACTERS = 64 * 1024;

/** Of one plugin in one organisation: the search reads all of them. */
export const DOCUMENTS_MAX = 10_000;

/** Documents, notes or messages in one answer. */
export const LIST_MAX = 100;

export const CACHE_ENTRIES = 2_000;
export const CACHE_VALUE_MAX_CHARACTERS = 16 * 1024;
export const CACHE_TTL_MAX_SECONDS = 24 * 60 * 60;

/** Jobs of one installation that wait: more are a plugin that enqueues in a loop. */
export const JOBS_WAITING_MAX = 1_000;
export const JOB_PAYLOAD_MAX_CHARACTERS = 16 * 1024;
export const JOB_DELAY_MAX_SECONDS = 30 * 24 * 60 * 60;

export const EVENT_DATA_MAX_BYTES = 4 * 1024;

export const NOTE_MAX_CHARACTERS = 2_000;

/** Outside calls wait no longer than a customer would. */
export const HTTP_TIMEOUT_MS = 10_000;
export const HTTP_RESPONSE_MAX_BYTES = 1024 * 1024;

/** The names of jobs and events: words that people can read in a list. */
export const NAME_PATTERN = /^[a-z][a-z0-9_.-]{0,63}$/;
