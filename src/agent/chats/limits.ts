/** Every number of a conversation, with its unit and reason. */

/** People write in bursts: the agent waits until nothing has come for this long, and answers all of it once. */
export const GATHER_QUIET_MS = 1_000;

/** … but a customer who does not stop writing is answered all the same. */
export const GATHER_MAX_MS = 5_000;

/** Tries of one turn, the first included. A model that failed three times will not answer this customer now. */
export const TURN_TRIES = 3;

/** Pause before the second try; it doubles with each. */
export const TURN_BACKOFF_MS = 2_000;

/** One try of a turn: rounds of a model and of tools. An alarm may take fifteen minutes; a customer does not wait so long. */
export const TURN_TIMEOUT_MS = 120_000;

/** Tries of a message that the provider had no room for, and the pause before the second; it doubles with each. */
export const SEND_TRIES = 4;
export const SEND_BACKOFF_MS = 5_000;

/** What the model reads of the past, in tokens. Longer histories cost more than they help. */
export const HISTORY_MAX_TOKENS = 12_000;

/** Cautious for every language and tokenizer: English has about four, Swahili and code about three. */
export const CHARACTERS_PER_TOKEN = 3;

/** What the model reads of one message; the history keeps all of it. */
export const MODEL_MESSAGE_MAX_CHARACTERS = 8_000;

/** After work that failed for a reason of ours (the database, a bug), the alarm rings again this much later. */
export const FAILURE_PAUSE_MS = 10_000;

/** A tool call and what follows from it take seconds; a customer who ponders a payment does so after it was asked for. */
export const CURRENT_CHAT_TOKEN_LIFETIME_MS = 10 * 60 * 1_000;

/** Makes equal tokens impossible, whatever the clock says. */
export const TOKEN_RANDOM_BYTES = 16;
/** What a simulated phone shows of the past when it is opened, of each side. */
export const PHONE_HISTORY_LINES = 50;

/** A frame of a simulated phone: the longest text it may write, with room for escapes. */
export const PHONE_FRAME_MAX_CHARACTERS = 128 * 1024;

/** How long a person takes part in a chat after writing in it: as long as WhatsApp lets them answer. */
export const MULTI_USER_MS = 24 * 60 * 60_000;
