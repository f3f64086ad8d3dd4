/** How a bridge call travels over HTTP. Without zod, as the SDK carries this file into every plugin. */

/** Where the bridge is, below the platform's origin. */
export const BRIDGE_PATH = "/bridge/v1";

/** Longest life of a bridge token, `iat` to `exp`, and how far the clocks may be apart; seconds. */
export const BRIDGE_TOKEN_LIFETIME_SECONDS = 300;
export const BRIDGE_TOKEN_LEEWAY_SECONDS = 60;

/** What every current-chat token starts with. */
export const CURRENT_CHAT_TOKEN_PREFIX = "cct_";
