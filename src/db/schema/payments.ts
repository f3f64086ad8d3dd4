/** Money: what was asked of whom, what became of it, what went back, and every word of a provider about it. */
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
  PAYMENT_ATTENTION,
  PAYMENT_PROVIDERS,
  PAYMENT_STATES,
  REFUND_STATES,
} from "../../contract/payment-words.ts";
import { organization } from "./auth.ts";
import { at, id, sealedIndex } from "./columns.ts";
import { installation } from "./plugins.ts";
import { instance } from "./tenancy.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** SQLite knows no enums: the list is the table's own constraint, so that no code can store another word. */
function isOneOf(column: AnySQLiteColumn, words: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`;
}

/** An organisation's account with a payment provider. */
export const paymentAccount = sqliteTable(
  "payment_account",
  {
    id: id(),
    organizationId: organizationId(),
    provider: text("provider", { enum: PAYMENT_PROVIDERS }).notNull(),
    name: text("name").notNull(),
    /** The provider's credentials as JSON, sealed; null for the sandbox. */
    credentialsSealed: text("credentials_sealed"),
    /** The unguessable part of the address that providers call which have one address for all payments. */
    callbackSecretSealed: text("callback_secret_sealed").notNull(),
    isDefault: integer("is_default", { mode: "boolean" }).notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    /** A removed account gets no new payments; those it has are still followed and refunded. */
    removedAt: at("removed_at"),
  },
  (t) => [
    index("payment_account_org").on(t.organizationId, t.id),
    uniqueIndex("payment_account_default")
      .on(t.organizationId)
      .where(sql`${t.isDefault} = 1 and ${t.removedAt} is null`),
    sealedIndex("payment_account_credentials_sealed", t.credentialsSealed),
    sealedIndex("payment_account_callback_secret_sealed", t.callbackSecretSealed),
    check("payment_account_provider", isOneOf(t.provider, PAYMENT_PROVIDERS)),
  ],
);

/** One request for money. Written before the provider is asked, so that a crash leaves a trace and no second prompt. */
export const payment = sqliteTable(
  "payment",
  {
    id: id(),
    organizationId: organizationId(),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    /** The plugin that asked; null for the agent's own toolkit and for staff. */
    installationId: text("installation_id").references(() => installation.id),
    /** Kind and id of the actor that asked. */
    requestedByKind: text("requested_by_kind").notNull(),
    requestedById: text("requested_by_id").notNull(),
    /** The ChatObject of the payer. */
    chatObjectId: text("chat_object_id").notNull(),
    payerPhoneSealed: text("payer_phone_sealed").notNull(),
    /** Keyed hash of organisation and number: says whether two payers are one. */
    payerHash: text("payer_hash").notNull(),
    /** The payer's hash while a prompt may be on their phone, so that there is one at a time. */
    promptFor: text("prompt_for"),
    provider: text("provider", { enum: PAYMENT_PROVIDERS }).notNull(),
    /** Null for the sandbox of a machine for development, which needs no account. */
    accountId: text("account_id").references(() => paymentAccount.id),
    /** Minor units. */
    amount: integer("amount").notNull(),
    currency: text("currency").notNull(),
    orderReference: text("order_reference").notNull(),
    description: text("description").notNull(),
    /** JSON, or null. */
    items: text("items"),
    /** The JSON text as it came, to the byte; or null. */
    orderDetails: text("order_details"),
    /** Short and unique, for the provider's own statement. */
    reference: text("reference").notNull(),
    state: text("state", { enum: PAYMENT_STATES }).notNull(),
    failure: text("failure"),
    /** The provider's id of the charge. */
    providerId: text("provider_id"),
    /** With providers that ask by a link. */
    checkoutUrl: text("checkout_url"),
    linkSentAt: at("link_sent_at"),
    /** The number on the payer's own receipt. */
    receiptNumber: text("receipt_number"),
    /** The unguessable part of this payment's callback address. */
    callbackSecretSealed: text("callback_secret_sealed").notNull(),
    /** Not failed and not rejected refunds together: what can be refunded is the rest. */
    refundReserved: integer("refund_reserved").notNull().default(0),
    /** What has gone back. */
    refundedAmount: integer("refunded_amount").notNull().default(0),
    /** Why a person should look at it. */
    attention: text("attention", { enum: PAYMENT_ATTENTION }),
    /** The installation, or the organisation when no plugin asked: a key counts within it. */
    idempotencyScope: text("idempotency_scope").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    /** End of the prompt's or link's life. */
    expiresAt: at("expires_at").notNull(),
    /** When the provider is asked for the state next; null when there is nothing to ask. */
    nextCheckAt: at("next_check_at"),
    checks: integer("checks").notNull().default(0),
    settledAt: at("settled_at"),
    /** When what follows a settlement is tried next; null when it is done. */
    followUpAt: at("follow_up_at"),
    followUpTries: integer("follow_up_tries").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("payment_key").on(t.idempotencyScope, t.idempotencyKey),
    uniqueIndex("payment_reference").on(t.reference),
    uniqueIndex("payment_provider_id").on(t.provider, t.providerId),
    uniqueIndex("payment_prompt").on(t.promptFor).where(sql`${t.promptFor} is not null`),
    index("payment_org").on(t.organizationId, t.id),
    index("payment_org_state").on(t.organizationId, t.state, t.id),
    index("payment_org_order").on(t.organizationId, t.orderReference, t.id),
    index("payment_org_settled").on(t.organizationId, t.settledAt),
    index("payment_due").on(t.nextCheckAt).where(sql`${t.nextCheckAt} is not null`),
    index("payment_follow_up").on(t.followUpAt).where(sql`${t.followUpAt} is not null`),
    sealedIndex("payment_payer_phone_sealed", t.payerPhoneSealed),
    sealedIndex("payment_callback_secret_sealed", t.callbackSecretSealed),
    check("payment_state_known", isOneOf(t.state, PAYMENT_STATES)),
    check("payment_provider_known", isOneOf(t.provider, PAYMENT_PROVIDERS)),
    check("payment_amount_positive", sql`${t.amount} > 0`),
    check(
      "payment_refunds_within_amount",
      sql`${t.refundedAmount} >= 0 and ${t.refundedAmount} <= ${t.refundReserved} and ${t.refundReserved} <= ${t.amount}`,
    ),
    check("payment_refunds_of_paid_only", sql`${t.refundReserved} = 0 or ${t.state} = 'succeeded'`),
    check(
      "payment_settled_in_time",
      sql`(${t.settledAt} is null) = (${t.state} in ('created', 'pending', 'unknown'))`,
    ),
  ],
);

/** Money that goes back. */
export const refund = sqliteTable(
  "refund",
  {
    id: id(),
    organizationId: organizationId(),
    paymentId: text("payment_id")
      .notNull()
      .references(() => payment.id),
    /** The plugin that asked; null for staff. */
    installationId: text("installation_id").references(() => installation.id),
    requestedByKind: text("requested_by_kind").notNull(),
    requestedById: text("requested_by_id").notNull(),
    /** Minor units of the payment's currency. */
    amount: integer("amount").notNull(),
    currency: text("currency").notNull(),
    reason: text("reason").notNull(),
    state: text("state", { enum: REFUND_STATES }).notNull(),
    failure: text("failure"),
    /** The provider's id of the refund. */
    providerId: text("provider_id"),
    callbackSecretSealed: text("callback_secret_sealed").notNull(),
    attention: text("attention", { enum: PAYMENT_ATTENTION }),
    /** The installation, or the organisation when no plugin asked. */
    idempotencyScope: text("idempotency_scope").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    decidedByKind: text("decided_by_kind"),
    decidedById: text("decided_by_id"),
    decidedAt: at("decided_at"),
    /** Why it was rejected. */
    decisionNote: text("decision_note"),
    nextCheckAt: at("next_check_at"),
    checks: integer("checks").notNull().default(0),
    /** When it succeeded or failed. */
    settledAt: at("settled_at"),
    followUpAt: at("follow_up_at"),
    followUpTries: integer("follow_up_tries").notNull().default(0),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("refund_key").on(t.idempotencyScope, t.idempotencyKey),
    index("refund_provider_id").on(t.providerId),
    index("refund_payment").on(t.paymentId, t.id),
    index("refund_org").on(t.organizationId, t.id),
    index("refund_due").on(t.nextCheckAt).where(sql`${t.nextCheckAt} is not null`),
    index("refund_follow_up").on(t.followUpAt).where(sql`${t.followUpAt} is not null`),
    sealedIndex("refund_callback_secret_sealed", t.callbackSecretSealed),
    check("refund_state_known", isOneOf(t.state, REFUND_STATES)),
    check("refund_amount_positive", sql`${t.amount} > 0`),
  ],
);

/** Everything that a provider said about a payment, once for each thing said, and what it changed. */
export const paymentEvent = sqliteTable(
  "payment_event",
  {
    id: id(),
    organizationId: text("organization_id").notNull(),
    paymentId: text("payment_id")
      .notNull()
      .references(() => payment.id, { onDelete: "cascade" }),
    /** Set when it is about a refund of the payment. */
    refundId: text("refund_id").references(() => refund.id),
    source: text("source", { enum: ["answer", "callback", "query"] }).notNull(),
    /** The same news has the same key. */
    eventKey: text("event_key").notNull(),
    outcome: text("outcome").notNull(),
    providerCode: text("provider_code").notNull(),
    stateBefore: text("state_before").notNull(),
    stateAfter: text("state_after").notNull(),
    /** Why it was not believed. */
    doubt: text("doubt", { enum: PAYMENT_ATTENTION }),
    /** What came in, redacted and cut. */
    body: text("body"),
    /** How often it came. */
    seen: integer("seen").notNull().default(1),
    createdAt: at("created_at").notNull(),
    lastSeenAt: at("last_seen_at").notNull(),
  },
  (t) => [uniqueIndex("payment_event_key").on(t.paymentId, t.eventKey)],
);

/** What the sandbox provider knows: it keeps its own books, as a real provider does. */
export const sandboxCharge = sqliteTable(
  "sandbox_charge",
  {
    /** The provider's id of the charge or refund. */
    id: id(),
    organizationId: text("organization_id").notNull(),
    kind: text("kind", { enum: ["payment", "refund"] }).notNull(),
    /** The payment or refund that it was asked for. Asked twice, it charges twice, as a real one might. */
    subjectId: text("subject_id").notNull(),
    /** Minor units, as it was asked for. */
    amount: integer("amount").notNull(),
    currency: text("currency").notNull(),
    reference: text("reference"),
    /** Address of the callback, sealed. */
    callbackUrlSealed: text("callback_url_sealed").notNull(),
    /** When the next callback is due, and which one; null when none is. */
    callbackAt: at("callback_at"),
    callbackStep: integer("callback_step").notNull().default(0),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("sandbox_charge_subject").on(t.subjectId),
    sealedIndex("sandbox_charge_callback_url_sealed", t.callbackUrlSealed),
    index("sandbox_charge_due").on(t.callbackAt).where(sql`${t.callbackAt} is not null`),
  ],
);
