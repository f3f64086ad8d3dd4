/** What Meta's webhooks say: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components */
import { z } from "zod";
import type { DeliveryStage, StatusUpdate } from "../../contract/channel.ts";
import type { WebhookContent } from "../channel.ts";
import { customerNumber } from "../customer-number.ts";
import { explainMetaCode } from "./error-codes.ts";
import { CloudMessage, toParts } from "./message-parts.ts";

const Seconds = z.coerce.number().int().nonnegative();

const Status = z.object({
  id: z.string().min(1),
  status: z.string(),
  recipient_id: z.string().optional(),
  timestamp: Seconds.optional(),
  errors: z.array(z.object({ code: z.union([z.number(), z.string()]) })).optional(),
});

/** Only what is read; everything else that Meta sends, now or later, is let through. */
const Webhook = z.object({
  entry: z.array(
    z.object({
      changes: z.array(
        z.object({
          field: z.string(),
          value: z.object({
            metadata: z.object({ phone_number_id: z.string() }).optional(),
            messages: z.array(z.unknown()).optional(),
            statuses: z.array(z.unknown()).optional(),
          }),
        }),
      ),
    }),
  ),
});

const STAGES: Readonly<Record<string, DeliveryStage>> = {
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "failed",
};

export type ParsedWebhook = WebhookContent & {
  /** When the newest of what it tells happened, epoch ms; null when it tells nothing. */
  readonly newestAt: number | null;
};

/**
 * The messages and statuses of one number, or null when the body is not Meta's form. An app has one webhook for all
 * of its numbers, so the others' are left out. A message that cannot be read does not hide the ones beside it.
 */
export function parseCloudWebhook(body: string, phoneNumberId: string): ParsedWebhook | null {
  const webhook = Webhook.safeParse(parseJson(body));
  if (!webhook.success) {
    return null;
  }
  const values = webhook.data.entry
    .flatMap(({ changes }) => changes)
    .filter(({ field, value }) => field === "messages" && value.metadata?.phone_number_id === phoneNumberId)
    .map(({ value }) => value);
  const times: number[] = [];
  const messages: WebhookContent["messages"][number][] = [];
  for (const raw of values.flatMap((value) => value.messages ?? [])) {
    const parsed = CloudMessage.safeParse(raw);
    const from = parsed.success ? customerNumber(parsed.data.from) : null;
    if (parsed.success && from !== null) {
      const sentAt = parsed.data.timestamp * 1_000;
      times.push(sentAt);
      messages.push({ from, message: { providerId: parsed.data.id, sentAt, parts: toParts(parsed.data) } });
    }
  }
  const statuses: WebhookContent["statuses"][number][] = [];
  for (const raw of values.flatMap((value) => value.statuses ?? [])) {
    const parsed = Status.safeParse(raw);
    const to = parsed.success ? customerNumber(parsed.data.recipient_id ?? "") : null;
    const status = parsed.success ? toStatus(parsed.data) : null;
    if (parsed.data?.timestamp !== undefined) {
      times.push(parsed.data.timestamp * 1_000);
    }
    if (to !== null && status !== null) {
      statuses.push({ to, status });
    }
  }
  return { messages, statuses, newestAt: times.length > 0 ? Math.max(...times) : null };
}

function toStatus({ id, status, errors }: z.infer<typeof Status>): StatusUpdate | null {
  const stage = STAGES[status];
  const code = errors?.[0]?.code;
  return stage === undefined
    ? null
    : { providerId: id, stage, errorCode: code === undefined ? null : explainMetaCode(code) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
