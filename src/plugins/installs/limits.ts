/** Every number of this feature, with its unit and reason. */

/** A review shows what was fetched; after an hour a person should look again. */
export const REVIEW_LIFETIME_MS = 60 * 60 * 1000;

/** A manifest is a static file: a server that needs longer is not ready for tool calls either. */
export const MANIFEST_FETCH_TIMEOUT_MS = 10_000;

/** How long the old secret still verifies after a rotation, unless asked otherwise: a day to roll out the new one. */
export const SECRET_OVERLAP_DEFAULT_SECONDS = 24 * 60 * 60;

/** Two live secrets for longer than a week is a forgotten rotation. */
export const SECRET_OVERLAP_MAX_SECONDS = 7 * 24 * 60 * 60;

/**
 * The configuration travels with every call; for a `GET` tool in a header, in base64, and Node's servers refuse
 * more than 16 KiB of headers.
 */
export const CONFIGURATION_MAX_BYTES = 8 * 1024;
