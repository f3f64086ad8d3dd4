/** The shop: what plugins offer, what customers ordered, what became of it. */
import { type SQL, sql } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import {
  AFTER_SALES_KINDS,
  AFTER_SALES_STATES,
  ITEM_STATES,
  ORDER_ATTENTION,
  ORDER_STATES,
} from "../../contract/commerce-words.ts";
import { organization } from "./auth.ts";
import { at, id, sealedIndex } from "./columns.ts";
import { payment } from "./payments.ts";
import { installation } from "./plugins.ts";
import { instance } from "./tenancy.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

function isOneOf(column: AnySQLiteColumn, words: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`;
}

/** How an organisation's shop works. Without a row the defaults of src/effects/commerce/settings.ts hold. */
export const commerceSetting = sqliteTable("commerce_setting", {
  organizationId: organizationId().primaryKey(),
  /** What order numbers start with. */
  orderPrefix: text("order_prefix").notNull(),
  unpaidHours: integer("unpaid_hours").notNull(),
  updatedAt: at("updated_at").notNull(),
});

/** How one plugin's items come into the shop. */
export const catalogSetting = sqliteTable("catalog_setting", {
  installationId: text("installation_id")
    .primaryKey()
    .references(() => installation.id, { onDelete: "cascade" }),
  organizationId: organizationId(),
  /** What it offers newly is imported without a person. */
  importsItself: integer("imports_itself", { mode: "boolean" }).notNull(),
  updatedAt: at("updated_at").notNull(),
});

/** An article. Retired ones stay, since orders were made of them. */
export const catalogItem = sqliteTable(
  "catalog_item",
  {
    id: id(),
    organizationId: organizationId(),
    installationId: text("installation_id")
      .notNull()
      .references(() => installation.id),
    sku: text("sku").notNull(),
    name: text("name").notNull(),
    description: text("description"),
    /** Minor units. */
    unitAmount: integer("unit_amount").notNull(),
    currency: text("currency").notNull(),
    /** Null when it is not counted. */
    stock: integer("stock"),
    imageUrl: text("image_url"),
    /** JSON, or null. */
    details: text("details"),
    state: text("state", { enum: ITEM_STATES }).notNull(),
    /** Who retired it: a plugin that offers it again undoes its own decision, never a person's. */
    retiredBy: text("retired_by", { enum: ["plugin", "staff"] }),
    /** When the merchant took it in; kept when the plugin retires it, so that it comes back as it was. */
    importedAt: at("imported_at"),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("catalog_item_sku").on(t.installationId, t.sku),
    index("catalog_item_org").on(t.organizationId, t.id),
    check("catalog_item_state_known", isOneOf(t.state, ITEM_STATES)),
    check("catalog_item_stock_positive", sql`${t.stock} is null or ${t.stock} >= 0`),
    check("catalog_item_retired_by", sql`(${t.retiredBy} is null) = (${t.state} <> 'retired')`),
  ],
);

/** What a customer ordered. `order` is a word of SQL's own. */
export const customerOrder = sqliteTable(
  "customer_order",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    /** The plugin that placed it; null for the agent's own toolkit. */
    installationId: text("installation_id").references(() => installation.id),
    /** The ChatObject of the customer. */
    chatObjectId: text("chat_object_id").notNull(),
    customerPhoneSealed: text("customer_phone_sealed").notNull(),
    number: text("number").notNull(),
    /** Minor units: the sum of the items. */
    amount: integer("amount").notNull(),
    currency: text("currency").notNull(),
    /** JSON: what was ordered at which price, with the ids of the catalogue's items. */
    items: text("items").notNull(),
    /** The JSON text as it came, to the byte; or null. */
    orderDetails: text("order_details"),
    note: text("note"),
    customerName: text("customer_name"),
    state: text("state", { enum: ORDER_STATES }).notNull(),
    /** Why a person should look at it. */
    attention: text("attention", { enum: ORDER_ATTENTION }),
    /** The payment that paid it. */
    paymentId: text("payment_id").references(() => payment.id),
    paidAt: at("paid_at"),
    /** When it is cancelled unless it is paid; null when that is over. */
    expiresAt: at("expires_at"),
    /** The installation, or the organisation when no plugin asked: a key counts within it. */
    idempotencyScope: text("idempotency_scope").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("customer_order_key").on(t.idempotencyScope, t.idempotencyKey),
    uniqueIndex("customer_order_number").on(t.organizationId, t.number),
    index("customer_order_org").on(t.organizationId, t.id),
    index("customer_order_org_state").on(t.organizationId, t.state, t.id),
    index("customer_order_payment").on(t.paymentId),
    index("customer_order_due").on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
    sealedIndex("customer_order_customer_phone_sealed", t.customerPhoneSealed),
    check("customer_order_state_known", isOneOf(t.state, ORDER_STATES)),
    check("customer_order_amount_positive", sql`${t.amount} > 0`),
  ],
);

/** Each state that an order came to, once. */
export const orderChange = sqliteTable(
  "order_change",
  {
    id: id(),
    organizationId: text("organization_id").notNull(),
    orderId: text("order_id")
      .notNull()
      .references(() => customerOrder.id, { onDelete: "cascade" }),
    /** Null for the first. */
    stateBefore: text("state_before"),
    stateAfter: text("state_after", { enum: ORDER_STATES }).notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    note: text("note"),
    /** Of the bridge call that asked for it, so that the call is found to be done when it comes again. */
    idempotencyKey: text("idempotency_key"),
    /** When the event of it was emitted; null until then. */
    toldAt: at("told_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("order_change_state").on(t.orderId, t.stateAfter),
    index("order_change_untold").on(t.createdAt).where(sql`${t.toldAt} is null`),
  ],
);

/** One try to have an order paid. Its id is part of its payment's key, so each of the two finds the other. */
export const orderCheckout = sqliteTable(
  "order_checkout",
  {
    id: id(),
    organizationId: organizationId(),
    orderId: text("order_id")
      .notNull()
      .references(() => customerOrder.id, { onDelete: "cascade" }),
    /** Within which its payment's key counts: the installation, or the organisation when no plugin asked. */
    paymentScope: text("payment_scope").notNull(),
    paymentKey: text("payment_key").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    /** When its payment ended; null while money may be under way. */
    endedAt: at("ended_at"),
    /** When a person was told of money that it brought in too late or too often. */
    raisedAt: at("raised_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("order_checkout_key").on(t.paymentScope, t.idempotencyKey),
    uniqueIndex("order_checkout_payment").on(t.paymentScope, t.paymentKey),
    uniqueIndex("order_checkout_open").on(t.orderId).where(sql`${t.endedAt} is null`),
    index("order_checkout_order").on(t.orderId, t.id),
  ],
);

/** A return, an exchange or a complaint, for a person to decide. */
export const afterSales = sqliteTable(
  "after_sales",
  {
    id: id(),
    organizationId: organizationId(),
    orderId: text("order_id")
      .notNull()
      .references(() => customerOrder.id, { onDelete: "cascade" }),
    /** The plugin that opened it; null for the agent's own toolkit. */
    installationId: text("installation_id").references(() => installation.id),
    kind: text("kind", { enum: AFTER_SALES_KINDS }).notNull(),
    state: text("state", { enum: AFTER_SALES_STATES }).notNull(),
    reason: text("reason").notNull(),
    /** JSON, or null for the whole order. */
    items: text("items"),
    resolution: text("resolution"),
    resolvedByKind: text("resolved_by_kind"),
    resolvedById: text("resolved_by_id"),
    resolvedAt: at("resolved_at"),
    /** The installation, or the organisation when no plugin asked. */
    idempotencyScope: text("idempotency_scope").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("after_sales_key").on(t.idempotencyScope, t.idempotencyKey),
    index("after_sales_org").on(t.organizationId, t.id),
    index("after_sales_order").on(t.orderId, t.id),
    check("after_sales_state_known", isOneOf(t.state, AFTER_SALES_STATES)),
  ],
);
