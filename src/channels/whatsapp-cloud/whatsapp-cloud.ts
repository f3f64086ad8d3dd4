import type { WhatsAppCloudCredentials } from "../../contract/channel.ts";
import { fromUtf8 } from "../../kernel/encoding.ts";
import { err, ok } from "../../kernel/result.ts";
import type { Channel } from "../channel.ts";
import {
  TEXT_WINDOW_MS,
  WEBHOOK_MAX_AGE_MS,
  WHATSAPP_BUTTONS,
  WHATSAPP_CLOUD_CAPTION_CHARACTERS,
  WHATSAPP_CLOUD_TEXT_CHARACTERS,
} from "../limits.ts";
import { openCloudMedia } from "./cloud-media.adapter.ts";
import { parseCloudWebhook } from "./parse-webhook.ts";
import { answerChallenge, isFromMeta } from "./verify-request.ts";
import { sendByCloudApi } from "./whatsapp-cloud.adapter.ts";

/** WhatsApp straight from Meta. */
export const whatsAppCloud: Channel = {
  capabilities: {
    maxTextCharacters: WHATSAPP_CLOUD_TEXT_CHARACTERS,
    maxCaptionCharacters: WHATSAPP_CLOUD_CAPTION_CHARACTERS,
    maxButtons: WHATSAPP_BUTTONS,
    needsContentSid: false,
    textWindowMs: TEXT_WINDOW_MS,
    canRepeatSend: false,
  },
  inbound: {
    read: async (request, credentials) => {
      const { appSecret, phoneNumberId } = credentials as WhatsAppCloudCredentials;
      if (!(await isFromMeta(request, appSecret))) {
        return err("forged");
      }
      const parsed = parseCloudWebhook(fromUtf8(request.body), phoneNumberId);
      if (parsed === null) {
        return err("malformed");
      }
      const isStale = parsed.newestAt !== null && request.receivedAt - parsed.newestAt > WEBHOOK_MAX_AGE_MS;
      return isStale ? err("stale") : ok(parsed);
    },
    receipt: { contentType: "text/plain", body: "" },
    answerSetup: (query, credentials) =>
      answerChallenge(query, (credentials as WhatsAppCloudCredentials).verifyToken),
  },
  send: (outgoing, credentials) => sendByCloudApi(outgoing, credentials as WhatsAppCloudCredentials),
  openMedia: (request, credentials) => openCloudMedia(request, credentials as WhatsAppCloudCredentials),
};
