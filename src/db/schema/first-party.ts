/** What first-party plugins keep: documents, work for later, events; and the notes that they share with people. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { organization } from "./auth.ts";
import { at, id } from "./columns.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** One document of one plugin in one organisation. */
export const pluginDocument = sqliteTable(
  "plugin_document",
  {
    organizationId: organizationId(),
    pluginId: text("plugin_id").notNull(),
    key: text("key").notNull(),
    /** JSON. */
    value: text("value").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.pluginId, t.key] })],
);

/** Work that a plugin put off. A row that is done is gone; one that failed for good waits as a dead letter. */
export const pluginJob = sqliteTable(
  "plugin_job",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id").notNull(),
    installationId: text("installation_id").notNull(),
    name: text("name").notNull(),
    /** JSON. */
    payload: text("payload").notNull(),
    /** Of a job that must not be there twice while it waits. */
    dedupeKey: text("dedupe_key"),
    tries: integer("tries").notNull(),
    dueAt: at("due_at").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("plugin_job_due").on(t.dueAt),
    index("plugin_job_owner").on(t.organizationId, t.installationId),
    uniqueIndex("plugin_job_once").on(t.installationId, t.dedupeKey).where(sql`${t.dedupeKey} is not null`),
  ],
);

/** Something that a plugin wants people to know. */
export const pluginEvent = sqliteTable(
  "plugin_event",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id").notNull(),
    installationId: text("installation_id").notNull(),
    pluginSlug: text("plugin_slug").notNull(),
    name: text("name").notNull(),
    /** JSON, redacted. */
    data: text("data").notNull(),
    /** The tool call or job that it comes from. */
    sourceId: text("source_id").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("plugin_event_org").on(t.organizationId, t.id),
    index("plugin_event_installation").on(t.organizationId, t.installationId, t.id),
    index("plugin_event_age").on(t.createdAt),
  ],
);

/** What people and plugins want to remember about a chat. The customer never sees it. */
export const chatNote = sqliteTable(
  "chat_note",
  {
    id: id(),
    organizationId: organizationId(),
    chatId: text("chat_id").notNull(),
    text: text("text").notNull(),
    /** As in an actor, or `plugin` with its slug. */
    authorKind: text("author_kind").notNull(),
    authorId: text("author_id").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [index("chat_note_chat").on(t.organizationId, t.chatId, t.id)],
);
