/** What plugins have reminded or escalated, and how they are asked for it. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { OutgoingTemplate } from "../../contract/channel.ts";
import { ESCALATION_URGENCIES } from "../../contract/escalation-words.ts";
import { OBLIGATION_ACTIONS, OBLIGATION_STATES } from "../../contract/obligation-words.ts";
import type { RecipientScope } from "../../contract/permissions.ts";
import { WHEN_CLOSED } from "../../contract/policy.ts";
import { organization } from "./auth.ts";
import { at, id, json, sealedIndex } from "./columns.ts";
import { installation } from "./plugins.ts";
import { instance } from "./tenancy.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });
const instanceId = () =>
  text("instance_id")
    .notNull()
    .references(() => instance.id);
const installationId = () =>
  text("installation_id")
    .notNull()
    .references(() => installation.id);

/** One plugin on one number that is asked, at its own interval, what is due. */
export const obligationPoll = sqliteTable(
  "obligation_poll",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: instanceId(),
    installationId: installationId(),
    intervalMinutes: integer("interval_minutes").notNull(),
    /** While it is being asked: when the try counts as lost. Null: it is not asked, since it is not granted. */
    nextPollAt: at("next_poll_at"),
    /** In a row. Each doubles the interval, up to a day. */
    failures: integer("failures").notNull().default(0),
    lastPolledAt: at("last_polled_at"),
    lastSucceededAt: at("last_succeeded_at"),
    lastError: text("last_error"),
    /** Of the last answer: items in it, those that were new, and those that were no good. */
    lastListed: integer("last_listed").notNull().default(0),
    lastAdded: integer("last_added").notNull().default(0),
    lastDropped: integer("last_dropped").notNull().default(0),
    /** Why some were dropped, the first few of them. */
    problems: json<{ obligationId: string | null; code: string; message: string }[]>("problems")
      .notNull()
      .default([]),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("obligation_poll_grant").on(t.instanceId, t.installationId),
    index("obligation_poll_due").on(t.nextPollAt).where(sql`${t.nextPollAt} is not null`),
    index("obligation_poll_lane").on(t.installationId, t.nextPollAt).where(sql`${t.nextPollAt} is not null`),
    index("obligation_poll_org").on(t.organizationId, t.id),
  ],
);

/** One obligation in one due slot: what a plugin listed, or asked for. */
export const obligation = sqliteTable(
  "obligation",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: instanceId(),
    installationId: installationId(),
    source: text("source", { enum: ["polled", "requested"] }).notNull(),
    /** The plugin's own id of it. */
    externalId: text("external_id").notNull(),
    title: text("title").notNull(),
    message: text("message").notNull(),
    action: text("action", { enum: OBLIGATION_ACTIONS }).notNull(),
    /** The slot it was listed or asked for under, which never changes. */
    dueAt: at("due_at").notNull(),
    /** What the plugin said of the customer; permission is looked at when it is due. */
    scope: text("scope").$type<RecipientScope>().notNull(),
    userId: text("user_id"),
    phoneSealed: text("phone_sealed"),
    /** The customer's conversation, as far as it is known: for lists by chat, and for whom a token named. */
    chatObjectId: text("chat_object_id"),
    urgency: text("urgency", { enum: ESCALATION_URGENCIES }),
    /** Of a reminder: what goes out in its place while WhatsApp takes templates only, and what becomes of it without. */
    template: json<OutgoingTemplate>("template"),
    whenClosed: text("when_closed", { enum: WHEN_CLOSED }),
    everyHours: integer("every_hours"),
    /** 1, 2, 3 … */
    round: integer("round").notNull().default(1),
    timesLeft: integer("times_left").notNull(),
    state: text("state", { enum: OBLIGATION_STATES }).notNull(),
    /** Why it ended so, or while waiting why it is held. */
    reason: text("reason"),
    /** While waiting: when it is acted on, or when a try that is under way counts as lost. */
    nextActAt: at("next_act_at"),
    /** 0 unless a try is under way, or died. */
    attempts: integer("attempts").notNull().default(0),
    /** When it is over: when it is forgotten. Each listing of the same slot puts that off. */
    removeAt: at("remove_at"),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("obligation_slot").on(t.installationId, t.externalId, t.dueAt),
    index("obligation_due").on(t.nextActAt).where(sql`${t.state} = 'waiting'`),
    index("obligation_lane").on(t.installationId, t.nextActAt).where(sql`${t.state} = 'waiting'`),
    index("obligation_coming").on(t.organizationId, t.nextActAt, t.id).where(sql`${t.state} = 'waiting'`),
    index("obligation_repeated")
      .on(t.organizationId, t.id)
      .where(sql`${t.state} = 'waiting' and ${t.everyHours} is not null`),
    index("obligation_chat").on(t.chatObjectId, t.id).where(sql`${t.chatObjectId} is not null`),
    index("obligation_over").on(t.removeAt).where(sql`${t.removeAt} is not null`),
    index("obligation_org").on(t.organizationId, t.id),
    sealedIndex("obligation_phone_sealed", t.phoneSealed),
  ],
);

/** What became of an obligation, step by step. */
export const obligationChange = sqliteTable(
  "obligation_change",
  {
    id: id(),
    organizationId: organizationId(),
    obligationId: text("obligation_id")
      .notNull()
      .references(() => obligation.id, { onDelete: "cascade" }),
    round: integer("round").notNull(),
    /** What happened: one of its states, or `held` while the policy wants it to wait. */
    what: text("what", { enum: [...OBLIGATION_STATES, "held"] }).notNull(),
    reason: text("reason"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("obligation_change_of").on(t.obligationId, t.id),
    // What ended, for the calendar.
    index("obligation_change_end")
      .on(t.organizationId, t.createdAt, t.obligationId)
      .where(sql`${t.what} <> 'held'`),
  ],
);
