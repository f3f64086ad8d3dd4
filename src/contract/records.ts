import { z } from "zod";
import { Gate } from "./gates.ts";

export const CALL_STATUSES = ["ok", "error", "refused", "pending_approval", "connection_required"] as const;

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

/**
 * What the `records` queue carries: calls of one organisation that an isolate gathered. One message for many,
 * because a message costs more than what is in it; of one organisation, so that a dead letter has an owner.
 */
export const RecordMessage = z.object({
  type: z.literal("tool_calls"),
  organizationId: z.string(),
  calls: z.array(ToolCallRecord),
});
export type RecordMessage = z.infer<typeof RecordMessage>;
