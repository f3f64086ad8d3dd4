/** Messages for later: what is to be sent next, and what became of what was to be sent. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { OutgoingTemplate } from "../../contract/channel.ts";
import { WHEN_CLOSED } from "../../contract/policy.ts";
import type { Recurrence } from "../../contract/schedule.ts";
import { SCHEDULE_OUTCOMES, SCHEDULE_STATES } from "../../contract/schedule-words.ts";
import { organization } from "./auth.ts";
import { at, id, json, sealedIndex } from "./columns.ts";
import { instance } from "./tenancy.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** One message for later, or a row of them: the row is the next one that is to be sent. */
export const scheduledMessage = sqliteTable(
  "scheduled_message",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    /** The plugin that asked for it; null for staff. */
    installationId: text("installation_id"),
    /** Whose allowance it counts to: the installation, or the organisation for what its staff wrote. */
    ownerId: text("owner_id").notNull(),
    createdByKind: text("created_by_kind").notNull(),
    createdById: text("created_by_id").notNull(),
    /** Names it among the owner's, so that asking again makes no second one. */
    idempotencyKey: text("idempotency_key"),
    chatObjectId: text("chat_object_id").notNull(),
    phoneSealed: text("phone_sealed").notNull(),
    /** What the plugin's grant has to hold when it is sent; null for staff. */
    permission: text("permission"),
    text: text("text").notNull(),
    template: json<OutgoingTemplate>("template"),
    /** The first sending's time on the clock of `timeZone`, as the epoch ms that it would be in UTC. */
    wallClock: at("wall_clock").notNull(),
    timeZone: text("time_zone").notNull(),
    whenTwice: text("when_twice", { enum: ["earlier", "later"] }).notNull(),
    /** Whether it was asked for by a wall clock, and is shown with one. */
    isLocal: integer("is_local", { mode: "boolean" }).notNull(),
    recurrence: json<Recurrence>("recurrence"),
    /** Which sending since the times were last set, from 0, and how many there are. */
    step: integer("step").notNull(),
    steps: integer("steps").notNull(),
    /** Which sending of all, from 1. */
    occurrence: integer("occurrence").notNull(),
    sendAt: at("send_at").notNull(),
    sendIfLateBy: integer("send_if_late_by").notNull(),
    isUrgent: integer("is_urgent", { mode: "boolean" }).notNull(),
    whenClosed: text("when_closed", { enum: WHEN_CLOSED }),
    state: text("state", { enum: SCHEDULE_STATES }).notNull(),
    reason: text("reason"),
    /** When there is something to do about it; null when it is over. */
    dueAt: at("due_at"),
    /** Grows with each change: what the conversation was given before it is another message. */
    version: integer("version").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    // All that a tick reads stands in this index.
    index("scheduled_message_due").on(t.dueAt, t.id, t.organizationId).where(sql`${t.dueAt} is not null`),
    index("scheduled_message_waiting").on(t.ownerId, t.sendAt, t.id).where(sql`${t.dueAt} is not null`),
    index("scheduled_message_number").on(t.instanceId, t.sendAt, t.id).where(sql`${t.dueAt} is not null`),
    uniqueIndex("scheduled_message_key")
      .on(t.ownerId, t.idempotencyKey)
      .where(sql`${t.idempotencyKey} is not null`),
    index("scheduled_message_org").on(t.organizationId, t.id),
    index("scheduled_message_coming").on(t.organizationId, t.sendAt, t.id).where(sql`${t.dueAt} is not null`),
    index("scheduled_message_recurring")
      .on(t.organizationId, t.sendAt)
      .where(sql`${t.dueAt} is not null and ${t.recurrence} is not null`),
    index("scheduled_message_owner").on(t.ownerId, t.id),
    index("scheduled_message_ended").on(t.updatedAt).where(sql`${t.dueAt} is null`),
    index("scheduled_message_chat").on(t.chatObjectId, t.id),
    sealedIndex("scheduled_message_phone_sealed", t.phoneSealed),
  ],
);

/** What became of one sending. */
export const scheduledOutcome = sqliteTable(
  "scheduled_outcome",
  {
    /** `<scheduled message>:<occurrence>`. */
    id: id(),
    organizationId: organizationId(),
    scheduledMessageId: text("scheduled_message_id")
      .notNull()
      .references(() => scheduledMessage.id, { onDelete: "cascade" }),
    occurrence: integer("occurrence").notNull(),
    /** As it was to go out. */
    text: text("text").notNull(),
    sendAt: at("send_at").notNull(),
    state: text("state", { enum: SCHEDULE_OUTCOMES }).notNull(),
    reason: text("reason"),
    endedAt: at("ended_at").notNull(),
  },
  (t) => [
    index("scheduled_outcome_message").on(t.scheduledMessageId, t.occurrence),
    index("scheduled_outcome_org").on(t.organizationId, t.sendAt, t.scheduledMessageId),
    index("scheduled_outcome_age").on(t.endedAt),
  ],
);
