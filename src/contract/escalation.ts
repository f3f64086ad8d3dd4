/** A conversation's way to a person, and what plugins ask and hear of it. */
import { z } from "zod";
import { ASSIGNEE_KINDS, ESCALATION_STATES, ESCALATION_URGENCIES } from "./escalation-words.ts";
import { CurrentChatRecipient, KnownContactRecipient } from "./recipient.ts";

const QUEUE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Whom an escalation is meant for. */
export const EscalationAssignee = z.union([
  z.strictObject({ userId: z.string().max(200) }),
  z.strictObject({ queue: z.string().regex(QUEUE_NAME, "Small letters, digits and dashes.") }),
]);
export type EscalationAssignee = z.infer<typeof EscalationAssignee>;

/** A person is wanted in a chat. Strangers have no chat to hand over. */
export const RequestEscalation = z.strictObject({
  recipient: z.discriminatedUnion("type", [CurrentChatRecipient, KnownContactRecipient]),
  reason: z.string().trim().min(1).max(200),
  summary: z.string().trim().max(2_000).default(""),
  urgency: z.enum(ESCALATION_URGENCIES).default("normal"),
});
export type RequestEscalation = z.infer<typeof RequestEscalation>;

/** What a plugin hears of an escalation: nothing by which two plugins could tell that they have the same customer. */
export const RequestedEscalation = z.object({
  id: z.string(),
  state: z.enum(ESCALATION_STATES),
  urgency: z.enum(ESCALATION_URGENCIES),
  assignee: z.object({ kind: z.enum(ASSIGNEE_KINDS), id: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  takenAt: z.iso.datetime().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
});
export type RequestedEscalation = z.infer<typeof RequestedEscalation>;
