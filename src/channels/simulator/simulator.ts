import type { Channel } from "../channel.ts";
import {
  WHATSAPP_BUTTONS,
  WHATSAPP_CLOUD_CAPTION_CHARACTERS,
  WHATSAPP_CLOUD_TEXT_CHARACTERS,
} from "../limits.ts";

/**
 * A phone that is no phone: what is sent to it stays in the chat, where it is read over the API or a socket. Its
 * messages come in by an authenticated call, so there is no webhook to verify.
 */
export const simulator: Channel = {
  capabilities: {
    maxTextCharacters: WHATSAPP_CLOUD_TEXT_CHARACTERS,
    maxCaptionCharacters: WHATSAPP_CLOUD_CAPTION_CHARACTERS,
    maxButtons: WHATSAPP_BUTTONS,
    needsContentSid: false,
    textWindowMs: null,
    canRepeatSend: true,
  },
  inbound: null,
  send: async () => ({ state: "sent", providerId: `sim_${crypto.randomUUID()}` }),
  openMedia: null,
};
