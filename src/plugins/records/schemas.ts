import { z } from "@hono/zod-openapi";
import { GATES } from "../../contract/gates.ts";
import { DELIVERY_DECISIONS, DELIVERY_REASONS, MESSAGE_KINDS } from "../../contract/policy.ts";
import { BRIDGE_CALL_STATUSES, CALL_STATUSES } from "../../contract/records.ts";
import type { bridgeCall, deadLetter, delivery, toolCall } from "../../db/schema/index.ts";
import { isoTime, PageQuery } from "../../http/openapi.ts";

export const CallsQuery = PageQuery.extend({
  instanceId: z.string().optional(),
  installationId: z.string().optional(),
  tool: z.string().optional().openapi({ description: "The tool's name in its manifest." }),
  status: z.enum(CALL_STATUSES).optional(),
  gate: z.enum(GATES).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  order: z
    .enum(["desc", "asc"])
    .default("desc")
    .openapi({ description: "`asc` with the last seen id as `cursor` follows the log." }),
});
export type CallsQuery = z.infer<typeof CallsQuery>;

export const Call = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string().nullable(),
    plugin: z.string().nullable(),
    tool: z.string(),
    status: z.enum(CALL_STATUSES),
    gate: z.string().nullable(),
    errorCode: z.string().nullable(),
    httpStatus: z.number().int().nullable(),
    latencyMs: z.number().int(),
    attempts: z.number().int(),
    actor: z.object({ kind: z.string(), id: z.string() }),
    requestId: z.string(),
    input: z.string().nullable().openapi({ description: "JSON, redacted and cut." }),
    output: z.string().nullable().openapi({ description: "JSON, redacted and cut." }),
    createdAt: z.iso.datetime(),
  })
  .openapi("Call");

export const BridgeCallsQuery = PageQuery.extend({
  instanceId: z.string().optional(),
  installationId: z.string().optional(),
  operation: z.string().optional().openapi({ description: "The operation's id in this description." }),
  status: z.enum(BRIDGE_CALL_STATUSES).optional(),
  gate: z.enum(GATES).optional(),
});
export type BridgeCallsQuery = z.infer<typeof BridgeCallsQuery>;

export const BridgeCall = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string(),
    plugin: z.string(),
    operation: z.string().openapi({ example: "sendMessage" }),
    status: z.enum(BRIDGE_CALL_STATUSES).openapi({
      description:
        "`refused` by a gate; `failed` when the request was wrong or could not be carried out; `replayed` when the key was known.",
    }),
    gate: z.string().nullable(),
    code: z.string().nullable(),
    httpStatus: z.number().int(),
    latencyMs: z.number().int(),
    callId: z.string().nullable().openapi({ description: "The tool call of its current-chat token." }),
    keyHash: z
      .string()
      .nullable()
      .openapi({ description: "SHA-256 of the idempotency key, base64url: equal for equal keys." }),
    requestId: z.string(),
    input: z.string().nullable().openapi({ description: "JSON, redacted and cut." }),
    output: z.string().nullable().openapi({ description: "JSON, redacted and cut." }),
    createdAt: z.iso.datetime(),
  })
  .openapi("BridgeCall");

export const DeliveriesQuery = PageQuery.extend({
  instanceId: z.string().max(200).optional(),
  installationId: z.string().max(200).optional(),
  chatId: z.string().max(200).optional(),
  decision: z.enum(DELIVERY_DECISIONS).optional().openapi({
    description: "`block`: for good. `hold`: waits now. `send`, `send_template`: went out after it was held.",
  }),
  reason: z.enum(DELIVERY_REASONS).optional().openapi({ description: "The rule that decided." }),
  kind: z.enum(MESSAGE_KINDS).optional(),
});
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;

export const DecidedDelivery = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    chatId: z.string(),
    deliveryId: z.string().openapi({
      description: "The message in its chat: `GET /v1/chats/{id}/deliveries` has its words.",
    }),
    installationId: z.string().nullable().openapi({ description: "The plugin whose message it is." }),
    kind: z.enum(MESSAGE_KINDS),
    decision: z.enum(DELIVERY_DECISIONS),
    reason: z.enum(DELIVERY_REASONS).openapi({ description: "The rule that decided." }),
    until: z.iso.datetime().nullable().openapi({
      description: "With `hold`: when it is decided anew; null for as soon as the customer writes.",
    }),
    decidedAt: z.iso.datetime(),
    createdAt: z.iso.datetime().openapi({ description: "When it was put out." }),
  })
  .openapi("DecidedDelivery");

export const DeadLetter = z
  .object({
    id: z.string(),
    queue: z.string(),
    reason: z.string(),
    body: z.string().openapi({ description: "The message, as JSON." }),
    createdAt: z.iso.datetime(),
  })
  .openapi("DeadLetter");

export function presentCall(row: typeof toolCall.$inferSelect) {
  return {
    id: row.id,
    instanceId: row.instanceId,
    installationId: row.installationId,
    plugin: row.pluginSlug,
    tool: row.tool,
    status: row.status,
    gate: row.gate,
    errorCode: row.errorCode,
    httpStatus: row.httpStatus,
    latencyMs: row.latencyMs,
    attempts: row.attempts,
    actor: { kind: row.actorKind, id: row.actorId },
    requestId: row.requestId,
    input: row.input,
    output: row.output,
    createdAt: isoTime(row.createdAt),
  };
}

export function presentBridgeCall({ organizationId: _, ...row }: typeof bridgeCall.$inferSelect) {
  const { pluginSlug, createdAt, ...shown } = row;
  return { ...shown, plugin: pluginSlug, createdAt: isoTime(createdAt) };
}

export function presentDelivery({ organizationId: _, ...row }: typeof delivery.$inferSelect) {
  return {
    ...row,
    until: row.until === null ? null : isoTime(row.until),
    decidedAt: isoTime(row.decidedAt),
    createdAt: isoTime(row.createdAt),
  };
}

export function presentDeadLetter(row: typeof deadLetter.$inferSelect) {
  return {
    id: row.id,
    queue: row.queue,
    reason: row.reason,
    body: row.body,
    createdAt: isoTime(row.createdAt),
  };
}
