import { z } from "@hono/zod-openapi";
import { ASSIGNEE_KINDS, ESCALATION_STATES, ESCALATION_URGENCIES } from "../../contract/escalation-words.ts";
import type { escalation } from "../../db/schema/index.ts";
import { isoTime, PageQuery } from "../../http/openapi.ts";

export const Escalation = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    chatId: z.string(),
    reason: z.string(),
    summary: z.string(),
    urgency: z.enum(ESCALATION_URGENCIES),
    state: z.enum(ESCALATION_STATES),
    assignee: z
      .object({ kind: z.enum(ASSIGNEE_KINDS), id: z.string() })
      .nullable()
      .openapi({ description: "A member, or a queue by its name." }),
    source: z
      .object({ kind: z.string(), id: z.string() })
      .openapi({ description: "What asked for a person." }),
    note: z.string().nullable().openapi({ description: "What was left for the agent when it was resolved." }),
    createdAt: z.iso.datetime(),
    takenAt: z.iso.datetime().nullable(),
    resolvedAt: z.iso.datetime().nullable(),
  })
  .openapi("Escalation");
export type Escalation = z.infer<typeof Escalation>;

const NOTE_MAX_CHARACTERS = 1_000;

export const IdParam = z.object({ id: z.string().max(200) });

export const EscalationQuery = PageQuery.extend({
  state: z.enum(ESCALATION_STATES).optional(),
  instanceId: z.string().max(200).optional(),
  assignee: z.string().max(200).optional().openapi({ description: "A member's id, or a queue's name." }),
});
export type EscalationQuery = z.infer<typeof EscalationQuery>;

export const ResolveEscalation = z.strictObject({
  note: z
    .string()
    .trim()
    .min(1)
    .max(NOTE_MAX_CHARACTERS)
    .optional()
    .openapi({ description: "For the agent, which goes on from there." }),
});

export function presentEscalation(row: typeof escalation.$inferSelect): Escalation {
  return {
    id: row.id,
    instanceId: row.instanceId,
    chatId: row.chatId,
    reason: row.reason,
    summary: row.summary,
    urgency: row.urgency,
    state: row.state,
    assignee:
      row.assigneeKind === null || row.assigneeId === null
        ? null
        : { kind: row.assigneeKind, id: row.assigneeId },
    source: { kind: row.sourceKind, id: row.sourceId },
    note: row.note,
    createdAt: isoTime(row.createdAt),
    takenAt: row.takenAt === null ? null : isoTime(row.takenAt),
    resolvedAt: row.resolvedAt === null ? null : isoTime(row.resolvedAt),
  };
}
