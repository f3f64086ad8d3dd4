/** What happened, who is to be told, and how far the telling came. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { EVENT_TYPES } from "../../contract/event-words.ts";
import type { EventType } from "../../contract/events.ts";
import { organization } from "./auth.ts";
import { at, id, json, sealedIndex } from "./columns.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** Something that happened, once for each key. */
export const event = sqliteTable(
  "event",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id").notNull(),
    type: text("type", { enum: EVENT_TYPES }).notNull(),
    /** What it is about, such as a payment's id: events of one subject arrive in order. */
    subjectId: text("subject_id").notNull(),
    /** The plugin whose doing it goes back to. */
    installationId: text("installation_id"),
    data: text("data").notNull(),
    dedupeKey: text("dedupe_key").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("event_key").on(t.organizationId, t.dedupeKey),
    index("event_org").on(t.organizationId, t.id),
    index("event_subject").on(t.organizationId, t.subjectId, t.id),
    index("event_age").on(t.createdAt),
  ],
);

/** An address of the organisation's own that hears of events, by Standard Webhooks 1.0. */
export const eventEndpoint = sqliteTable(
  "event_endpoint",
  {
    id: id(),
    organizationId: organizationId(),
    url: text("url").notNull(),
    description: text("description").notNull(),
    types: json<EventType[]>("types").notNull(),
    status: text("status", { enum: ["active", "paused", "gone", "removed"] }).notNull(),
    secretSealed: text("secret_sealed").notNull(),
    /** The secret before the last rotation, which signs too until its end. */
    oldSecretSealed: text("old_secret_sealed"),
    oldSecretEndsAt: at("old_secret_ends_at"),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    index("event_endpoint_org").on(t.organizationId, t.id),
    sealedIndex("event_endpoint_secret_sealed", t.secretSealed),
    sealedIndex("event_endpoint_old_secret_sealed", t.oldSecretSealed),
  ],
);

/** One event on its way to one target. */
export const eventDelivery = sqliteTable(
  "event_delivery",
  {
    id: id(),
    organizationId: organizationId(),
    eventId: text("event_id")
      .notNull()
      .references(() => event.id, { onDelete: "cascade" }),
    targetKind: text("target_kind", { enum: ["plugin", "endpoint"] }).notNull(),
    /** An installation or an endpoint. */
    targetId: text("target_id").notNull(),
    subjectId: text("subject_id").notNull(),
    state: text("state", { enum: ["pending", "delivered", "dead", "discarded"] }).notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** Of the first try, which the later ones are counted from. */
    firstAttemptAt: at("first_attempt_at"),
    /** While pending: when the next try is due, or when one that is under way counts as lost. */
    nextAttemptAt: at("next_attempt_at"),
    lastStatus: integer("last_status"),
    lastError: text("last_error"),
    createdAt: at("created_at").notNull(),
    deliveredAt: at("delivered_at"),
  },
  (t) => [
    uniqueIndex("event_delivery_target").on(t.eventId, t.targetId),
    index("event_delivery_org").on(t.organizationId, t.state, t.id),
    index("event_delivery_due").on(t.nextAttemptAt).where(sql`${t.state} = 'pending'`),
    index("event_delivery_order").on(t.targetId, t.subjectId, t.id).where(sql`${t.state} = 'pending'`),
  ],
);
