/** What the delivery policy decided about messages that did not go out at once; the messages are their chats'. */
import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { DeliveryDecision, DeliveryReason, MessageKind } from "../../contract/policy.ts";
import { at, id } from "./columns.ts";

/** The latest decision about one message. */
export const delivery = sqliteTable(
  "delivery",
  {
    /** `<chat>:<number of the message in it>`. */
    id: id(),
    organizationId: text("organization_id").notNull(),
    instanceId: text("instance_id").notNull(),
    chatId: text("chat_id").notNull(),
    deliveryId: text("delivery_id").notNull(),
    /** The plugin whose message it is; null for everybody else's. */
    installationId: text("installation_id"),
    kind: text("kind").$type<MessageKind>().notNull(),
    decision: text("decision").$type<DeliveryDecision["decision"]>().notNull(),
    reason: text("reason").$type<DeliveryReason>().notNull(),
    until: at("until"),
    decidedAt: at("decided_at").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("delivery_org").on(t.organizationId, t.createdAt, t.id),
    index("delivery_instance").on(t.organizationId, t.instanceId, t.createdAt, t.id),
    index("delivery_installation").on(t.organizationId, t.installationId, t.createdAt, t.id),
    index("delivery_age").on(t.createdAt),
  ],
);
