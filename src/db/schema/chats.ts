/** The index of conversations. What was said in them lives in their Durable Objects. */
import { index, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { CHAT_STATES } from "../../contract/chat.ts";
import { organization } from "./auth.ts";
import { at, id, sealedIndex } from "./columns.ts";
import { instance } from "./tenancy.ts";

/** One customer writing to one instance. */
export const chat = sqliteTable(
  "chat",
  {
    id: id(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    /** The id of its Durable Object: a keyed hash of instance and number, the same for the same customer. */
    objectId: text("object_id").notNull(),
    phoneSealed: text("phone_sealed").notNull(),
    state: text("state", { enum: CHAT_STATES }).notNull(),
    lastMessageAt: at("last_message_at").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("chat_object").on(t.objectId),
    index("chat_recent").on(t.organizationId, t.instanceId, t.lastMessageAt, t.id),
    sealedIndex("chat_phone_sealed", t.phoneSealed),
  ],
);
