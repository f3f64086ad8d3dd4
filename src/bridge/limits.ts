/** Every number of the bridge door, with its unit and reason. */

/** Most calls are a few kilobytes. */
export const BODY_MAX_BYTES = 256 * 1024;

/** A catalogue is sent whole: a thousand items of a kilobyte each. The whole API takes no more either. */
export const CATALOG_MAX_BYTES = 1024 * 1024;

/** Free-form details may nest, but a value that nests without end would exhaust the stack of whoever writes it down. */
export const BODY_MAX_DEPTH = 32;

/** How long a run may take before it is taken for dead: longer than any provider is waited for. */
export const LEASE_MS = 60_000;

/** When to ask again for a call that is still running. Most end within a second. */
export const IN_PROGRESS_RETRY_SECONDS = 1;

/** How long a key is kept, except for what is kept for ever. */
export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1_000;

/** Longest idempotency key, in characters. */
export const KEY_MAX_LENGTH = 255;

/** Keys that one tick removes, so that a tick stays short whatever has piled up. */
export const REMOVE_KEYS = 2_000;

/** What a record keeps of an input and of an output, after redaction. */
export const RECORD_TEXT_MAX_BYTES = 4096;
