/** Sending by Twilio's Messages API: https://www.twilio.com/docs/messaging/api/message-resource */
import type { TwilioCredentials } from "../../contract/channel.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import type { Outgoing, ReadyMessage, SendOutcome } from "../channel.ts";
import { SEND_ANSWER_MAX_BYTES, SEND_TIMEOUT_MS } from "../limits.ts";
import { fromFailure, fromRefusal } from "../send-outcome.ts";
import { basicAuthorization, TWILIO_API_BASE_URL } from "./api.ts";
import { explainTwilioCode } from "./error-codes.ts";

/** Sends one message by WhatsApp. Twilio has no idempotency key: what is in doubt is not sent again. */
export async function sendByTwilio(
  outgoing: Outgoing,
  { accountSid, authToken, apiBaseUrl = TWILIO_API_BASE_URL }: TwilioCredentials,
): Promise<SendOutcome> {
  const answer = await fetchOutside({
    url: `${apiBaseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`,
    method: "POST",
    headers: {
      authorization: basicAuthorization({ accountSid, authToken }),
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    },
    body: new URLSearchParams({
      From: `whatsapp:${outgoing.from}`,
      To: `whatsapp:${outgoing.to}`,
      ...contentOf(outgoing.message),
      StatusCallback: outgoing.statusUrl,
    }).toString(),
    timeoutMs: SEND_TIMEOUT_MS,
    maxResponseBytes: SEND_ANSWER_MAX_BYTES,
    allowLoopbackHttp: outgoing.allowLoopbackHttp,
  });
  if (!answer.ok) {
    return fromFailure(answer.error);
  }
  const { status, body } = answer.value;
  const { sid, code } = readAnswer(body);
  if (status >= 200 && status < 300) {
    // A 2xx means that Twilio has it, even if its answer does not name it.
    return sid === undefined
      ? { state: "unknown", errorCode: "provider_answer_invalid" }
      : { state: "sent", providerId: sid };
  }
  return fromRefusal(status, code === undefined ? code : explainTwilioCode(code));
}

/** Twilio takes a text, the address of a file with a caption, or a template by its SID, and then no text. */
function contentOf(message: ReadyMessage): Record<string, string> {
  switch (message.type) {
    case "text":
    case "buttons": // this channel has none, so nothing comes here with buttons
      return { Body: message.text };
    case "document":
      return { ...(message.text !== "" && { Body: message.text }), MediaUrl: message.file.url };
    case "template":
      return {
        ContentSid: message.template.contentSid ?? "",
        ContentVariables: JSON.stringify(message.template.variables),
      };
  }
}

function readAnswer(body: string): { sid?: string; code?: string } {
  try {
    const { sid, code } = JSON.parse(body) as { sid?: unknown; code?: unknown };
    return {
      ...(typeof sid === "string" && { sid }),
      ...((typeof code === "number" || typeof code === "string") && { code: String(code) }),
    };
  } catch {
    return {};
  }
}
