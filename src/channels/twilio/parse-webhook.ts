/** What Twilio's webhooks say: https://www.twilio.com/docs/messaging/guides/webhook-request */
import type {
  DeliveryStage,
  InboundMessage,
  InboundPart,
  MediaKind,
  StatusUpdate,
} from "../../contract/channel.ts";
import type { WebhookContent, WebhookRequest } from "../channel.ts";
import { customerNumber } from "../customer-number.ts";
import { explainTwilioCode } from "./error-codes.ts";
import { isForm } from "./verify-request.ts";

/** Twilio sends at most ten files with a message. */
const MAX_MEDIA = 10;

const STAGES: Readonly<Record<string, DeliveryStage>> = {
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "failed",
  undelivered: "failed",
};

type Fields = Readonly<Record<string, string>>;

/** The message or the status of one webhook; null when the body cannot be read. Unknown parameters are fine. */
export function parseTwilioWebhook(request: WebhookRequest): WebhookContent | null {
  const fields = readFields(request);
  if (fields === null) {
    return null;
  }
  const providerId = fields["MessageSid"] ?? fields["SmsSid"] ?? "";
  const status = fields["MessageStatus"];
  if (providerId === "") {
    return { messages: [], statuses: [] };
  }
  if (status !== undefined) {
    const to = customerNumber(fields["To"] ?? "");
    const update = toStatus(providerId, status, fields);
    return { messages: [], statuses: to === null || update === null ? [] : [{ to, status: update }] };
  }
  const from = customerNumber(fields["From"] ?? "");
  if (from === null) {
    return { messages: [], statuses: [] };
  }
  // Twilio does not say when the customer wrote: the moment of the webhook has to do.
  const message: InboundMessage = { providerId, sentAt: request.receivedAt, parts: toParts(fields) };
  return { messages: [{ from, message }], statuses: [] };
}

/** Stages that say less than "sent" (queued, sending …) tell us nothing. */
function toStatus(providerId: string, status: string, fields: Fields): StatusUpdate | null {
  const stage = STAGES[status];
  const code = fields["ErrorCode"];
  return stage === undefined
    ? null
    : {
        providerId,
        stage,
        errorCode: stage === "failed" && code !== undefined ? explainTwilioCode(code) : null,
      };
}

function toParts(fields: Fields): InboundPart[] {
  const parts: InboundPart[] = [];
  const body = fields["Body"] ?? "";
  const buttonText = fields["ButtonText"];
  if (buttonText !== undefined) {
    parts.push({ type: "button", text: buttonText, payload: fields["ButtonPayload"] ?? null });
  } else if (fields["ListTitle"] !== undefined) {
    parts.push({ type: "button", text: fields["ListTitle"], payload: fields["ListId"] ?? null });
  } else if (body !== "") {
    parts.push({ type: "text", text: body });
  }
  for (let index = 0; index < Math.min(Number(fields["NumMedia"] ?? 0), MAX_MEDIA); index++) {
    const contentType = fields[`MediaContentType${index}`] ?? null;
    parts.push({
      type: "media",
      kind: mediaKind(contentType),
      contentType,
      reference: fields[`MediaUrl${index}`] ?? "",
      caption: null,
      fileName: null,
    });
  }
  const latitude = Number(fields["Latitude"] || Number.NaN);
  const longitude = Number(fields["Longitude"] || Number.NaN);
  if (Number.isFinite(latitude) && Number.isFinite(longitude)) {
    const [name, address] = [fields["Label"] ?? null, fields["Address"] ?? null];
    parts.push({ type: "location", latitude, longitude, name, address });
  }
  return parts.length > 0
    ? parts
    : [{ type: "unknown", providerType: (fields["MessageType"] ?? "empty").slice(0, 40) }];
}

function mediaKind(contentType: string | null): MediaKind {
  const kind = contentType?.split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "document";
}

/** The parameters of a form, or the same fields of a JSON object; null when there are none to read. */
function readFields(request: WebhookRequest): Fields | null {
  const text = new TextDecoder().decode(request.body);
  if (isForm(request.headers)) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, String(field)]))
      : null;
  } catch {
    return null;
  }
}
