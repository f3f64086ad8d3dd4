/** Sending by Meta's Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages */
import type { WhatsAppCloudCredentials } from "../../contract/channel.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import type { Outgoing, ReadyMessage, SendOutcome } from "../channel.ts";
import { SEND_ANSWER_MAX_BYTES, SEND_TIMEOUT_MS } from "../limits.ts";
import { fromFailure, fromRefusal } from "../send-outcome.ts";
import { uploadToCloudApi } from "./cloud-upload.adapter.ts";
import { explainMetaCode, isBusyCode } from "./error-codes.ts";
import { graphUrl } from "./graph-url.ts";

/** Sends one message. The API has no idempotency key: what is in doubt is not sent again. */
export async function sendByCloudApi(
  outgoing: Outgoing,
  credentials: WhatsAppCloudCredentials,
): Promise<SendOutcome> {
  const { message, allowLoopbackHttp } = outgoing;
  if (message.type !== "document") {
    return post(outgoing, credentials, contentOf(message));
  }
  const { text, file } = message;
  const uploaded = await uploadToCloudApi({ file, allowLoopbackHttp }, credentials);
  if (!uploaded.ok) {
    return uploaded.error;
  }
  const document = { id: uploaded.value, ...(text !== "" && { caption: text }), filename: file.fileName };
  return post(outgoing, credentials, { type: "document", document });
}

/** A message in Meta's form, by its type. */
function contentOf(message: Exclude<ReadyMessage, { type: "document" }>): object {
  switch (message.type) {
    case "text":
      return { type: "text", text: { preview_url: false, body: message.text } };
    case "buttons": {
      const buttons = message.buttons.map(({ id, title }) => ({ type: "reply", reply: { id, title } }));
      return {
        type: "interactive",
        interactive: { type: "button", body: { text: message.text }, action: { buttons } },
      };
    }
    case "template": {
      const { name, language, variables } = message.template;
      const parameters = toParameters(variables);
      return {
        type: "template",
        template: {
          name,
          language: { code: language },
          ...(parameters.length > 0 && { components: [{ type: "body", parameters }] }),
        },
      };
    }
  }
}

/** Variables with numbers go by their order, variables with words by their names. */
function toParameters(variables: Readonly<Record<string, string>>): object[] {
  const entries = Object.entries(variables);
  if (entries.every(([name]) => /^\d+$/.test(name))) {
    return entries
      .sort(([one], [other]) => Number(one) - Number(other))
      .map(([, text]) => ({ type: "text", text }));
  }
  return entries.map(([name, text]) => ({ type: "text", parameter_name: name, text }));
}

async function post(
  { to, allowLoopbackHttp }: Outgoing,
  credentials: WhatsAppCloudCredentials,
  content: object,
): Promise<SendOutcome> {
  const answer = await fetchOutside({
    url: graphUrl(credentials, `${credentials.phoneNumberId}/messages`),
    method: "POST",
    headers: {
      authorization: `Bearer ${credentials.accessToken}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to,
      ...content,
    }),
    timeoutMs: SEND_TIMEOUT_MS,
    maxResponseBytes: SEND_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
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
  if (code !== undefined && isBusyCode(code)) {
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
