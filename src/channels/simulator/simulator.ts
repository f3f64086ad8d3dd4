import type { Channel } from "../channel.ts";
import { WHATSAPP_CLOUD_TEXT_CHARACTERS } from "../limits.ts";

/**
 * A phone that is no phone: what is sent to it stays in the chat, where it is read over the API. Its messages come in
 * by an authenticated call, so there is no webhook to verify.
 */
export const simulator: Channel = {
  capabilities: {
    maxTextCharacters: WHATSAPP_CLOUD_TEXT_CHARACTERS,
    textWindowMs: null,
    canRepeatSend: true,
  },
  inbound: null,
  sendText: async () => ({ state: "sent", providerId: `sim_${crypto.randomUUID()}` }),
};
