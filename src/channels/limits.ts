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

/** Meta refuses a longer text beside buttons, and a longer caption. */
export const WHATSAPP_CLOUD_CAPTION_CHARACTERS = 1_024;

/** What WhatsApp shows of reply buttons, whichever provider serves them. */
export const WHATSAPP_BUTTONS = 3;
export const BUTTON_TITLE_CHARACTERS = 20;
export const BUTTON_ID_CHARACTERS = 256;

/** Meta and Twilio refuse longer runs of spaces in a template's variable. */
export const TEMPLATE_VARIABLE_SPACES = 4;

/** WhatsApp takes files of at most 16 MiB from customers, documents of 100; what people look at is smaller. */
export const MEDIA_MAX_BYTES = 25 * 1024 * 1024;

/** Until a provider begins with a file, and until it is through with it, for each address that it sends us to. */
export const MEDIA_FIRST_BYTE_TIMEOUT_MS = 15_000;
export const MEDIA_TIMEOUT_MS = 120_000;

/** A file that is sent is uploaded whole before its message. */
export const UPLOAD_TIMEOUT_MS = 60_000;

/** A page opens its socket at once; a ticket that lies about is worth nothing. */
export const PHONE_TICKET_MS = 60_000;

/** After this a phone's socket is opened anew with a credential that may have been revoked meanwhile. */
export const PHONE_SOCKET_MS = HOUR_MS;

/** The Graph API version that the adapter was written against; an instance may name another. */
export const GRAPH_VERSION = "v25.0";
