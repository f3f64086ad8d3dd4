/** Conversations that wait for a person, or have had one. */
import { sql } from "drizzle-orm";
import { index, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { ASSIGNEE_KINDS, ESCALATION_STATES, ESCALATION_URGENCIES } from "../../contract/escalation-words.ts";
import { organization } from "./auth.ts";
import { at, id } from "./columns.ts";
import { instance } from "./tenancy.ts";

/** One request for a person, about one chat. A chat has at most one that is not resolved. */
export const escalation = sqliteTable(
  "escalation",
  {
    id: id(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    chatId: text("chat_id").notNull(),
    reason: text("reason").notNull(),
    summary: text("summary").notNull(),
    urgency: text("urgency", { enum: ESCALATION_URGENCIES }).notNull(),
    state: text("state", { enum: ESCALATION_STATES }).notNull(),
    assigneeKind: text("assignee_kind", { enum: ASSIGNEE_KINDS }),
    /** A user's id, or a queue's name. */
    assigneeId: text("assignee_id"),
    /** Who asked for a person: `tool_call`, or another way in. */
    sourceKind: text("source_kind").notNull(),
    sourceId: text("source_id").notNull(),
    /** What whoever resolved it left for the agent. */
    note: text("note"),
    createdAt: at("created_at").notNull(),
    takenAt: at("taken_at"),
    resolvedAt: at("resolved_at"),
  },
  (t) => [
    uniqueIndex("escalation_unresolved").on(t.chatId).where(sql`${t.state} <> 'resolved'`),
    index("escalation_org").on(t.organizationId, t.id),
    index("escalation_state").on(t.organizationId, t.state, t.id),
  ],
);
