/** Sending by Twilio's Messages API: https://www.twilio.com/docs/messaging/api/message-resource */
import type { TwilioCredentials } from "../../contract/channel.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import type { OutgoingText, SendOutcome } from "../channel.ts";
import { SEND_ANSWER_MAX_BYTES, SEND_TIMEOUT_MS } from "../limits.ts";
import { fromFailure, fromRefusal } from "../send-outcome.ts";
import { explainTwilioCode } from "./error-codes.ts";

const API_BASE_URL = "https://api.twilio.com";

/** Sends one text by WhatsApp. Twilio has no idempotency key: what is in doubt is not sent again. */
export async function sendByTwilio(
  message: OutgoingText,
  { accountSid, authToken, apiBaseUrl = API_BASE_URL }: TwilioCredentials,
): Promise<SendOutcome> {
  const answer = await fetchOutside({
    url: `${apiBaseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`,
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    },
    body: new URLSearchParams({
      From: `whatsapp:${message.from}`,
      To: `whatsapp:${message.to}`,
      Body: message.text,
      StatusCallback: message.statusUrl,
    }).toString(),
    timeoutMs: SEND_TIMEOUT_MS,
    maxResponseBytes: SEND_ANSWER_MAX_BYTES,
    allowLoopbackHttp: message.allowLoopbackHttp,
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
