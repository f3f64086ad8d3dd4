/** Numbers that every provider's calls share, with unit and reason. */

/** For one call from connecting to the last byte. Gateways give up on their own after 10 to 15 s. */
export const PROVIDER_TIMEOUT_MS = 20_000;

/** A provider's answer is a few kilobytes; a list of a hundred refunds is the longest. */
export const PROVIDER_ANSWER_MAX_BYTES = 64 * 1024;
