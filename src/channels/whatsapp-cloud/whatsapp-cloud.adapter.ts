/** Sending by Meta's Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages */
import type { WhatsAppCloudCredentials } from "../../contract/channel.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import type { OutgoingText, SendOutcome } from "../channel.ts";
import { GRAPH_VERSION, SEND_ANSWER_MAX_BYTES, SEND_TIMEOUT_MS } from "../limits.ts";
import { fromFailure, fromRefusal } from "../send-outcome.ts";
import { explainMetaCode } from "./error-codes.ts";

const GRAPH_BASE_URL = "https://graph.facebook.com";

/** Limits of the app, the business account and the pair of numbers; Meta answers them with 400 as well. */
const BUSY_CODES: ReadonlySet<number> = new Set([4, 80_007, 130_429, 131_048, 131_056]);

/** Sends one text. The API has no idempotency key: what is in doubt is not sent again. */
export async function sendByCloudApi(
  message: OutgoingText,
  { phoneNumberId, accessToken, graphBaseUrl, graphVersion }: WhatsAppCloudCredentials,
): Promise<SendOutcome> {
  const answer = await fetchOutside({
    url: `${graphBaseUrl ?? GRAPH_BASE_URL}/${graphVersion ?? GRAPH_VERSION}/${phoneNumberId}/messages`,
    method: "POST",
    headers: {
      authorization: `Bearer ${accessToken}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to: message.to,
      type: "text",
      text: { preview_url: false, body: message.text },
    }),
    timeoutMs: SEND_TIMEOUT_MS,
    maxResponseBytes: SEND_ANSWER_MAX_BYTES,
    allowLoopbackHttp: message.allowLoopbackHttp,
  });
  if (!answer.ok) {
    return fromFailure(answer.error);
  }
  const { status, body } = answer.value;
  const { id, code } = readAnswer(body);
  if (status >= 200 && status < 300) {
    return id === undefined
      ? { state: "unknown", errorCode: "provider_answer_invalid" }
      : { state: "sent", providerId: id };
  }
  if (code !== undefined && BUSY_CODES.has(code)) {
    return { state: "busy", errorCode: String(code) };
  }
  return fromRefusal(status, code === undefined ? undefined : explainMetaCode(code));
}

function readAnswer(body: string): { id?: string; code?: number } {
  try {
    const answer = JSON.parse(body) as { messages?: { id?: unknown }[]; error?: { code?: unknown } };
    const id = answer.messages?.[0]?.id;
    const code = answer.error?.code;
    return { ...(typeof id === "string" && { id }), ...(typeof code === "number" && { code }) };
  } catch {
    return {};
  }
}
