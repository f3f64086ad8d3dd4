/** What plugins asked of the platform: their idempotency keys, the record of it, and the customers they know. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { BRIDGE_CALL_STATUSES } from "../../contract/record-words.ts";
import { organization } from "./auth.ts";
import { at, id } from "./columns.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** A key that a plugin gave to a call, and what the call was answered. The key itself is not kept: a hash of it is. */
export const idempotencyKey = sqliteTable(
  "idempotency_key",
  {
    installationId: text("installation_id").notNull(),
    keyHash: text("key_hash").notNull(),
    organizationId: organizationId(),
    /** SHA-256 of what was asked: the same key with something else is refused. */
    fingerprint: text("fingerprint").notNull(),
    status: text("status", { enum: ["running", "done"] }).notNull(),
    /** Who runs it. Only the holder may write the answer. */
    leaseId: text("lease_id").notNull(),
    /** After this, whoever ran it is taken for dead, and the next try runs it. */
    leaseUntil: at("lease_until").notNull(),
    httpStatus: integer("http_status"),
    /** The body as it was sent, byte for byte. */
    answer: text("answer"),
    createdAt: at("created_at").notNull(),
    /** Null for ever. */
    expiresAt: at("expires_at"),
  },
  (t) => [
    primaryKey({ columns: [t.installationId, t.keyHash] }),
    index("idempotency_key_age").on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
  ],
);

/** One bridge call, or its refusal. Input and output are redacted and cut before they get here. */
export const bridgeCall = sqliteTable(
  "bridge_call",
  {
    id: id(),
    organizationId: text("organization_id").notNull(),
    instanceId: text("instance_id").notNull(),
    installationId: text("installation_id").notNull(),
    pluginSlug: text("plugin_slug").notNull(),
    operation: text("operation").notNull(),
    status: text("status", { enum: BRIDGE_CALL_STATUSES }).notNull(),
    /** The gate that refused. */
    gate: text("gate"),
    code: text("code"),
    httpStatus: integer("http_status").notNull(),
    latencyMs: integer("latency_ms").notNull(),
    /** The tool call that it belongs to, by its current-chat token. */
    callId: text("call_id"),
    keyHash: text("key_hash"),
    requestId: text("request_id").notNull(),
    input: text("input"),
    output: text("output"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("bridge_call_org").on(t.organizationId, t.id),
    index("bridge_call_installation").on(t.organizationId, t.installationId, t.id),
    index("bridge_call_age").on(t.createdAt),
  ],
);

/** A customer whom a plugin was called for: what the hash that it knows them by stands for. */
export const pluginContact = sqliteTable(
  "plugin_contact",
  {
    installationId: text("installation_id").notNull(),
    instanceId: text("instance_id").notNull(),
    /** The keyed hash, as in `context.user.id`. */
    userId: text("user_id").notNull(),
    organizationId: organizationId(),
    /** The customer's conversation, which knows the number. */
    chatObjectId: text("chat_object_id").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("plugin_contact_user").on(t.installationId, t.instanceId, t.userId)],
);
