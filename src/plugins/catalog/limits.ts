/**
 * How old an isolate's picture of a number's grants may be. A revoked grant, a rotated secret or a revoked
 * gateway key stops counting within this time; it is the price of calls without a database read.
 */
export const CATALOG_MAX_AGE_MS = 5_000;

/** Numbers whose catalogs one isolate keeps. A catalog is a few KiB; an isolate has 128 MB. */
export const CATALOG_CACHE_ENTRIES = 500;

/** Parsed manifests that one isolate keeps. They never change, so age does not matter, only memory. */
export const VERSION_CACHE_ENTRIES = 300;

/** The longest tool name that model providers accept. */
export const TOOL_NAME_MAX_LENGTH = 64;
