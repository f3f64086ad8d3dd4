/** Every number of the channels, with its unit and reason. */

const HOUR_MS = 60 * 60 * 1_000;

/** WhatsApp's customer service window: free text only within a day of the customer's last message. */
export const TEXT_WINDOW_MS = 24 * HOUR_MS;

/** Meta tries a webhook for seven days; what is older than that and an hour was kept by somebody and played again. */
export const WEBHOOK_MAX_AGE_MS = (7 * 24 + 1) * HOUR_MS;

/** A provider that takes longer is not going to answer; a customer is waiting. */
export const SEND_TIMEOUT_MS = 15_000;

/** A provider's answer to a message is a few hundred bytes. */
export const SEND_ANSWER_MAX_BYTES = 64 * 1024;

/** Twilio refuses a longer `Body`. */
export const TWILIO_TEXT_CHARACTERS = 1_600;

/** Meta refuses a longer `text.body`. */
export const WHATSAPP_CLOUD_TEXT_CHARACTERS = 4_096;

/** The Graph API version that the adapter was written against; an instance may name another. */
export const GRAPH_VERSION = "v25.0";
