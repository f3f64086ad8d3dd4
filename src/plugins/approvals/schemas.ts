import { z } from "@hono/zod-openapi";
import { APPROVAL_REASONS, APPROVAL_STATES, DECIDERS, DECISION_DOORS } from "../../contract/approvals.ts";
import { isoTime, PageQuery } from "../../http/openapi.ts";
import type { ApprovalRow } from "./describe-approval.ts";

const REJECT_REASON_MAX_CHARACTERS = 500;

const Actor = z.object({ kind: z.string(), id: z.string() });

export const Approval = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string(),
    slug: z.string(),
    tool: z.string(),
    callId: z
      .string()
      .openapi({ description: "The plugin sees this id, and the log has the call under it." }),
    chatId: z.string().nullable().openapi({ description: "Null when the call came from no chat." }),
    payload: z.string().openapi({
      description: "The call's input as JSON text. Secrets and phone numbers are redacted, long texts cut.",
    }),
    payloadHash: z.string().openapi({
      description: "SHA-256 over organisation, instance, installation, version, tool and canonical input.",
    }),
    reason: z.enum(APPROVAL_REASONS).openapi({ description: "Why it waits." }),
    decider: z.enum(DECIDERS).openapi({ description: "Who may decide; staff may in every case." }),
    state: z.enum(APPROVAL_STATES),
    requestedBy: Actor,
    decidedBy: Actor.nullable(),
    decidedVia: z.enum(DECISION_DOORS).nullable(),
    rejectReason: z.string().nullable(),
    errorCode: z.string().nullable().openapi({
      description: "With `failed`. `outcome_unknown`: the call may have been made, and nobody knows.",
    }),
    outcome: z
      .string()
      .nullable()
      .openapi({ description: "Result or error as JSON text, redacted and cut." }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
  })
  .openapi("Approval");
export type Approval = z.infer<typeof Approval>;

export const ApprovalsQuery = PageQuery.extend({
  state: z.enum(APPROVAL_STATES).optional(),
  instanceId: z.string().max(200).optional(),
});
export type ApprovalsQuery = z.infer<typeof ApprovalsQuery>;

export const RejectInput = z.strictObject({
  reason: z.string().trim().min(1).max(REJECT_REASON_MAX_CHARACTERS).optional().openapi({
    description: "The agent reads it, and may tell the customer.",
  }),
});

export const IdParam = z.object({ id: z.string().max(200) });

/** A row as the API shows it. */
export function presentApproval(row: ApprovalRow): Approval {
  const time = (at: number | null) => (at === null ? null : isoTime(at));
  return {
    id: row.id,
    instanceId: row.instanceId,
    installationId: row.installationId,
    slug: row.pluginSlug,
    tool: row.tool,
    callId: row.callId,
    chatId: row.chatId,
    payload: row.payloadText,
    payloadHash: row.payloadHash,
    reason: row.reason,
    decider: row.decider,
    state: row.state,
    requestedBy: { kind: row.requestedByKind, id: row.requestedById },
    decidedBy:
      row.decidedByKind === null || row.decidedById === null
        ? null
        : { kind: row.decidedByKind, id: row.decidedById },
    decidedVia: row.decidedVia,
    rejectReason: row.rejectReason,
    errorCode: row.errorCode,
    outcome: row.outcome,
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    decidedAt: time(row.decidedAt),
    endedAt: time(row.endedAt),
  };
}
