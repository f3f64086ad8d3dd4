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

/** A customer waits for each turn, so a plugin that is slow to say what it knows is left out. */
export const TURN_PART_TIMEOUT_MS = 1_000;

/** Of one plugin's words in the system prompt, about 1,000 tokens: the model reads them in every round. */
export const SYSTEM_CONTEXT_MAX_CHARACTERS = 4_000;

/** Further tools of one plugin in one turn; a model chooses badly among more. */
export const DYNAMIC_TOOLS_MAX = 32;

/** Jobs of plugins that one tick takes, and how many of them run at once. */
export const JOBS_PER_TICK = 50;
export const JOBS_SIDE_BY_SIDE = 5;

export const JOB_TIMEOUT_MS = 30_000;

/** Tries of a job, the first included; then it waits for a person. */
export const JOB_TRIES = 5;

/** Pause before the second try; it doubles with each. */
export const JOB_BACKOFF_MS = 60_000;

/** How long a job that was begun is left alone: longer than it may run, so that only a crash brings it back. */
export const JOB_LEASE_MS = 5 * 60_000;
