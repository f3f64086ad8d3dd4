/** Every number of the dispatch path, with its unit and reason. */

/**
 * Tool inputs are a model's words, not files. Half of what a plugin must accept (`TOOL_CALL_MAX_BYTES`), so that
 * the context always fits beside the input.
 */
export const REQUEST_MAX_BYTES = 512 * 1024;

/** A second try must have time to succeed, otherwise the first failure is the answer. */
export const RETRY_MIN_REMAINING_MS = 500;

/** What the model gets of a plugin's own error text. */
export const ERROR_MESSAGE_MAX_BYTES = 2048;

/** What a record keeps of an input and of an output, after redaction. */
export const RECORD_TEXT_MAX_BYTES = 4096;

/** Consecutive failures after which an isolate stops calling a plugin for a while. */
export const BREAKER_FAILURES = 5;

/** How long it stays closed to calls before one is let through to look. */
export const BREAKER_COOL_DOWN_MS = 15_000;

/** Plugins whose breaker state and opened secrets an isolate keeps. */
export const ISOLATE_ENTRIES = 1_000;
