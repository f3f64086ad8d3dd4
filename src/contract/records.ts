import { z } from "zod";
import { Gate } from "./gates.ts";
import { DELIVERY_DECISIONS, DELIVERY_REASONS, MESSAGE_KINDS } from "./policy.ts";
import { BRIDGE_CALL_STATUSES, CALL_STATUSES } from "./record-words.ts";

/** A tool call for the record: redacted and cut before it leaves the isolate. Times in epoch ms. */
export const ToolCallRecord = z.object({
  id: z.string(),
  instanceId: z.string(),
  installationId: z.string().nullable(),
  pluginSlug: z.string().nullable(),
  tool: z.string(),
  status: z.enum(CALL_STATUSES),
  gate: Gate.nullable(),
  errorCode: z.string().nullable(),
  httpStatus: z.number().int().nullable(),
  latencyMs: z.number().int(),
  attempts: z.number().int(),
  actorKind: z.string(),
  actorId: z.string(),
  requestId: z.string(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  createdAt: z.number().int(),
});
export type ToolCallRecord = z.infer<typeof ToolCallRecord>;

/** A plugin's bridge call for the record: redacted and cut before it leaves the isolate. Times in epoch ms. */
export const BridgeCallRecord = z.object({
  id: z.string(),
  instanceId: z.string(),
  installationId: z.string(),
  pluginSlug: z.string(),
  operation: z.string(),
  status: z.enum(BRIDGE_CALL_STATUSES),
  gate: Gate.nullable(),
  code: z.string().nullable(),
  httpStatus: z.number().int(),
  latencyMs: z.number().int(),
  callId: z.string().nullable(),
  /** SHA-256 of the idempotency key, base64url. */
  keyHash: z.string().nullable(),
  requestId: z.string(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  createdAt: z.number().int(),
});
export type BridgeCallRecord = z.infer<typeof BridgeCallRecord>;

/** A model call or a tool call as it counts for the bill. No contents travel here. Times in epoch ms. */
export const UsageRecord = z.object({
  id: z.string(),
  instanceId: z.string().nullable(),
  kind: z.enum(["model", "tool"]),
  model: z.string(),
  pluginSlug: z.string().nullable(),
  tool: z.string().nullable(),
  status: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  requestId: z.string(),
  externalUser: z.string().nullable(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  latencyMs: z.number().int(),
  currency: z.string().nullable(),
  costMillionths: z.number().int().nullable(),
  createdAt: z.number().int(),
});
export type UsageRecord = z.infer<typeof UsageRecord>;

/**
 * What the delivery policy decided about a message that did not go out at once. No words and no number travel here:
 * the conversation has them. Times in epoch ms.
 */
export const DeliveryRecord = z.object({
  /** `<chat>:<number of the message in it>`: a later decision takes the place of an earlier one. */
  id: z.string(),
  instanceId: z.string(),
  chatId: z.string(),
  /** The message's number in its chat, as its deliveries are listed. */
  deliveryId: z.string(),
  installationId: z.string().nullable(),
  kind: z.enum(MESSAGE_KINDS),
  decision: z.enum(DELIVERY_DECISIONS),
  reason: z.enum(DELIVERY_REASONS),
  until: z.number().int().nullable(),
  decidedAt: z.number().int(),
  /** When the message was put out. */
  createdAt: z.number().int(),
});
export type DeliveryRecord = z.infer<typeof DeliveryRecord>;

/**
 * What the `records` queue carries: records of one kind and one organisation that an isolate gathered. One message
 * for many, because a message costs more than what is in it; of one organisation, so that a dead letter has an
 * owner.
 */
export const RecordMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("tool_calls"), organizationId: z.string(), records: z.array(ToolCallRecord) }),
  z.object({
    type: z.literal("bridge_calls"),
    organizationId: z.string(),
    records: z.array(BridgeCallRecord),
  }),
  z.object({
    type: z.literal("deliveries"),
    organizationId: z.string(),
    records: z.array(DeliveryRecord),
  }),
  z.object({ type: z.literal("usage"), organizationId: z.string(), records: z.array(UsageRecord) }),
]);
export type RecordMessage = z.infer<typeof RecordMessage>;
