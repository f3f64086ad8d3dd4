/** Every number of the calls to model providers, with its unit and reason. */

/** A model that thinks for long sends nothing until it is done, unless it streams. */
export const FIRST_BYTE_TIMEOUT_MS = 120_000;

/** The longest answer that anybody waits for, thinking included. */
export const ANSWER_TIMEOUT_MS = 600_000;

/** The longest answers are about 128,000 tokens; streamed, each token costs some 200 bytes of framing. */
export const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

/** What is read of an error's body, and shown of its message. */
export const ERROR_MAX_BYTES = 64 * 1024;
export const ERROR_MESSAGE_MAX_CHARACTERS = 1_000;

/** Anthropic wants a limit with each request; OpenAI's clients seldom set one. */
export const ANTHROPIC_DEFAULT_MAX_TOKENS = 8_192;

/** A changed model or key counts everywhere within this time; it is the price of calls without a database read. */
export const MODEL_MAX_AGE_MS = 5_000;

/** Models with their opened keys that one isolate keeps. */
export const MODEL_CACHE_ENTRIES = 500;

/** Models that one organisation may have: the list is answered whole. */
export const MODELS_MAX = 200;
