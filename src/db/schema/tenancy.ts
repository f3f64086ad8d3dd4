/** Organisations' machine credentials, their WhatsApp numbers and the audit trail. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { APPROVAL_MINUTES_DEFAULT } from "../../contract/approvals.ts";
import type { InstanceTemplate } from "../../contract/channel.ts";
import { ESCALATION_WAIT_MINUTES_DEFAULT } from "../../contract/escalation-words.ts";
import { DELIVERY_DEFAULTS, type DeliverySettings } from "../../contract/policy.ts";
import { organization } from "./auth.ts";
import { at, id, json, sealedIndex } from "./columns.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** Control-plane credential. Only a hash of the token is kept. */
export const apiToken = sqliteTable(
  "api_token",
  {
    id: id(),
    organizationId: organizationId(),
    createdByUserId: text("created_by_user_id").notNull(),
    name: text("name").notNull(),
    tokenHash: text("token_hash").notNull(),
    /** The last characters, so that a person can tell tokens apart. */
    hint: text("hint").notNull(),
    scopes: json<string[]>("scopes").notNull(),
    expiresAt: at("expires_at").notNull(),
    revokedAt: at("revoked_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("api_token_hash").on(t.tokenHash), index("api_token_org").on(t.organizationId, t.id)],
);

/** Data-plane credential `kvk_…`: an organisation, optionally one instance. */
export const gatewayKey = sqliteTable(
  "gateway_key",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id").references(() => instance.id),
    createdBy: text("created_by").notNull(),
    name: text("name").notNull(),
    keyHash: text("key_hash").notNull(),
    hint: text("hint").notNull(),
    /** Caps on chat completions, or null for none. */
    requestsPerMinute: integer("requests_per_minute"),
    /** By the UTC day. */
    tokensPerDay: integer("tokens_per_day"),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("gateway_key_hash").on(t.keyHash), index("gateway_key_org").on(t.organizationId, t.id)],
);

/** One connected WhatsApp number and its agent's settings. */
export const instance = sqliteTable(
  "instance",
  {
    id: id(),
    organizationId: organizationId(),
    name: text("name").notNull(),
    channel: text("channel", { enum: ["simulator", "twilio", "whatsapp-cloud"] }).notNull(),
    /** E.164. A simulator number need not be a real one. */
    phoneNumber: text("phone_number"),
    /** The channel's credentials, sealed; a simulator has none. */
    channelConfigSealed: text("channel_config_sealed"),
    systemPrompt: text("system_prompt").notNull().default(""),
    /** The templates that WhatsApp has approved for this number. */
    templates: json<InstanceTemplate[]>("templates").notNull().default([]),
    /** Whether a customer's `/greet de` calls the tool itself. */
    slashCommands: integer("slash_commands", { mode: "boolean" }).notNull().default(false),
    /** The plugins that the number's chats use, of those granted; null for all. */
    enabledPluginIds: json<string[]>("enabled_plugin_ids"),
    /** How long a customer waits for a person before being told that it takes longer; null for never. */
    escalationWaitMinutes: integer("escalation_wait_minutes").default(ESCALATION_WAIT_MINUTES_DEFAULT),
    /** Who is asked on their own WhatsApp, as JSON, sealed; null for nobody. */
    approversSealed: text("approvers_sealed"),
    approvalMinutes: integer("approval_minutes").notNull().default(APPROVAL_MINUTES_DEFAULT),
    /** When messages may reach its customers. */
    delivery: json<DeliverySettings>("delivery").notNull().default(DELIVERY_DEFAULTS),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    index("instance_org").on(t.organizationId, t.id),
    uniqueIndex("instance_phone").on(t.organizationId, t.channel, t.phoneNumber),
    sealedIndex("instance_channel_config_sealed", t.channelConfigSealed),
    sealedIndex("instance_approvers_sealed", t.approversSealed),
  ],
);

/** Who did what to what. Written in the same atomic batch as the change itself. */
export const auditEntry = sqliteTable(
  "audit_entry",
  {
    id: id(),
    organizationId: text("organization_id").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    /** `<subject>.<past participle>`, for example `grant.revoked`. */
    action: text("action").notNull(),
    subjectType: text("subject_type").notNull(),
    subjectId: text("subject_id").notNull(),
    detail: json<Record<string, unknown>>("detail").notNull(),
    requestId: text("request_id").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("audit_entry_org").on(t.organizationId, t.id),
    index("audit_entry_subject").on(t.organizationId, t.subjectId, t.id),
    index("audit_entry_age").on(t.createdAt),
  ],
);

/** A queue message that failed every try, kept until a person replays or discards it. */
export const deadLetter = sqliteTable(
  "dead_letter",
  {
    id: id(),
    /** Null when the body could not be read. */
    organizationId: text("organization_id"),
    queue: text("queue").notNull(),
    messageId: text("message_id").notNull(),
    body: text("body").notNull(),
    reason: text("reason").notNull(),
    createdAt: at("created_at").notNull(),
    replayedAt: at("replayed_at"),
    discardedAt: at("discarded_at"),
  },
  (t) => [
    uniqueIndex("dead_letter_message").on(t.queue, t.messageId),
    index("dead_letter_org")
      .on(t.organizationId, t.id)
      .where(sql`${t.replayedAt} is null and ${t.discardedAt} is null`),
  ],
);
