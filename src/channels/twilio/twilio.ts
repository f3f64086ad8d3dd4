import type { TwilioCredentials } from "../../contract/channel.ts";
import { err, ok } from "../../kernel/result.ts";
import type { Channel } from "../channel.ts";
import { TEXT_WINDOW_MS, TWILIO_TEXT_CHARACTERS } from "../limits.ts";
import { parseTwilioWebhook } from "./parse-webhook.ts";
import { sendByTwilio } from "./twilio.adapter.ts";
import { openTwilioMedia } from "./twilio-media.adapter.ts";
import { isFromTwilio } from "./verify-request.ts";

/**
 * WhatsApp by way of Twilio. A replayed webhook cannot be told by its age, since the signature covers no time: the
 * message's id makes it change nothing.
 */
export const twilio: Channel = {
  capabilities: {
    maxTextCharacters: TWILIO_TEXT_CHARACTERS,
    maxCaptionCharacters: TWILIO_TEXT_CHARACTERS,
    // Twilio has buttons in templates only, so these become numbered lines.
    maxButtons: 0,
    needsContentSid: true,
    textWindowMs: TEXT_WINDOW_MS,
    canRepeatSend: false,
  },
  inbound: {
    read: async (request, credentials) => {
      if (!(await isFromTwilio(request, (credentials as TwilioCredentials).authToken))) {
        return err("forged");
      }
      const content = parseTwilioWebhook(request);
      return content === null ? err("malformed") : ok(content);
    },
    // TwiML that replies nothing: the reply goes by the Messages API.
    receipt: { contentType: "text/xml", body: "<Response/>" },
  },
  send: (outgoing, credentials) => sendByTwilio(outgoing, credentials as TwilioCredentials),
  openMedia: (request, credentials) => openTwilioMedia(request, credentials as TwilioCredentials),
};
