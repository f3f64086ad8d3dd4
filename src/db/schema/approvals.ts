/** Tool calls that wait for a decision, and what became of them. */
import { sql } from "drizzle-orm";
import { check, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { APPROVAL_REASONS, APPROVAL_STATES, DECIDERS, DECISION_DOORS } from "../../contract/approvals.ts";
import { organization } from "./auth.ts";
import { at, id, json, sealedIndex } from "./columns.ts";
import { installation } from "./plugins.ts";
import { instance } from "./tenancy.ts";

/** One call, bound to the exact payload that was asked for. Decided once, carried out once. */
export const approval = sqliteTable(
  "approval",
  {
    id: id(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    installationId: text("installation_id")
      .notNull()
      .references(() => installation.id),
    pluginVersionId: text("plugin_version_id").notNull(),
    pluginSlug: text("plugin_slug").notNull(),
    tool: text("tool").notNull(),
    /** As the model calls it. */
    toolName: text("tool_name").notNull(),
    /** The plugin sees this one at every try. */
    callId: text("call_id").notNull(),
    /** `chat_…`, and the Durable Object's own id; null when the call came from no chat. */
    chatId: text("chat_id"),
    chatObjectId: text("chat_object_id"),
    /** Within it, one payload waits once: the chat, or the caller and the customer. */
    scope: text("scope").notNull(),
    /** Input and customer, sealed; gone once nothing can run any more. */
    payloadSealed: text("payload_sealed"),
    payloadHash: text("payload_hash").notNull(),
    /** For people: redacted and cut. */
    payloadText: text("payload_text").notNull(),
    reason: text("reason", { enum: APPROVAL_REASONS }).notNull(),
    decider: text("decider", { enum: DECIDERS }).notNull(),
    /** Conversations that were asked: an approver's by name, the customer's own without one. */
    askedIn: json<{ chatObjectId: string; name: string | null }[]>("asked_in").notNull(),
    state: text("state", { enum: APPROVAL_STATES }).notNull(),
    requestedByKind: text("requested_by_kind").notNull(),
    requestedById: text("requested_by_id").notNull(),
    decidedByKind: text("decided_by_kind"),
    decidedById: text("decided_by_id"),
    decidedVia: text("decided_via", { enum: DECISION_DOORS }),
    /** Why it was rejected, in words. */
    rejectReason: text("reject_reason"),
    /** Executions begun; more than one only where repeating does no harm. */
    attempts: integer("attempts").notNull(),
    errorCode: text("error_code"),
    /** The result or the error as text, redacted and cut. */
    outcome: text("outcome"),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at").notNull(),
    decidedAt: at("decided_at"),
    executingAt: at("executing_at"),
    endedAt: at("ended_at"),
    /** When the chat was told of the end. */
    toldAt: at("told_at"),
  },
  (t) => [
    uniqueIndex("approval_call").on(t.callId),
    uniqueIndex("approval_waiting").on(t.scope, t.payloadHash).where(sql`${t.state} = 'pending'`),
    index("approval_org").on(t.organizationId, t.id),
    index("approval_instance").on(t.instanceId, t.id),
    index("approval_open")
      .on(t.state, t.expiresAt)
      .where(sql`${t.state} in ('pending', 'approved', 'executing')`),
    sealedIndex("approval_payload_sealed", t.payloadSealed),
    index("approval_untold")
      .on(t.endedAt)
      .where(sql`${t.endedAt} is not null and ${t.toldAt} is null and ${t.chatObjectId} is not null`),
    check(
      "approval_payload_kept",
      sql`(${t.state} in ('pending', 'approved', 'executing')) = (${t.payloadSealed} is not null)`,
    ),
  ],
);
