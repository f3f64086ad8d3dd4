/** Every number of the gateway, with its unit and reason. */

/** Conversations with pictures inside; OpenAI's own clients stay far below. */
export const REQUEST_MAX_BYTES = 4 * 1024 * 1024;

/** Model calls in one turn. A model that still wants tools then goes round in circles. */
export const ROUNDS_DEFAULT = 8;

/** A Worker has at most six connections open at once. */
export const TOOL_CALLS_SIDE_BY_SIDE = 6;

/** More calls than this in one round are a model that has lost its way. */
export const TOOL_CALLS_PER_ROUND = 32;

/** What a model gets of a tool's result: about 4,000 tokens. */
export const TOOL_RESULT_MAX_BYTES = 16 * 1024;

/** Further tries of a model call that failed before it said anything. */
export const MODEL_RETRIES = 2;

/** Before the first further try; the next waits twice as long. */
export const RETRY_DELAY_MS = 250;

/** A provider that asks for a longer wait is not waited for: a customer is. */
export const RETRY_AFTER_MAX_SECONDS = 5;

/** English has about four characters a token; held against a key's daily cap until the provider says what it used. */
export const CHARACTERS_PER_TOKEN = 4;

/** Held for the answer of a request that sets no limit of its own. */
export const ANSWER_TOKENS_HELD = 1_024;

/** Where the usage stands: in the last event of a streamed answer. */
export const USAGE_TAIL_CHARACTERS = 8_192;

/** The client's own label for its user, as usage events keep it. */
export const EXTERNAL_USER_MAX_CHARACTERS = 128;
