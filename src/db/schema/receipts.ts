/** Receipts, the series that number them, and what a business puts on its papers. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { organization } from "./auth.ts";
import { at, id } from "./columns.ts";
import { payment, refund } from "./payments.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** What stands on an organisation's papers. Without a row its name does. */
export const businessProfile = sqliteTable("business_profile", {
  organizationId: organizationId().primaryKey(),
  /** The profile as JSON, checked when it was written. */
  profile: text("profile").notNull(),
  updatedAt: at("updated_at").notNull(),
});

/** Numbers that are given out one after the other, without a gap: each in the batch that uses it. */
export const numberSeries = sqliteTable(
  "number_series",
  {
    organizationId: organizationId(),
    /** Such as `receipt:2026`. */
    series: text("series").notNull(),
    next: integer("next").notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.series] })],
);

/** A receipt as it was issued. What it says never changes; it is drawn from that whenever it is needed. */
export const receipt = sqliteTable(
  "receipt",
  {
    id: id(),
    organizationId: organizationId(),
    /** The payment or the refund: there is one receipt of each. */
    subjectId: text("subject_id").notNull(),
    paymentId: text("payment_id")
      .notNull()
      .references(() => payment.id),
    refundId: text("refund_id").references(() => refund.id),
    number: text("number").notNull(),
    /** `ReceiptContent` as JSON, without its number. */
    content: text("content").notNull(),
    /** How often it was sent, the first time included. */
    sends: integer("sends").notNull().default(0),
    /** What became of the last sending. */
    sendState: text("send_state"),
    sendError: text("send_error"),
    sentAt: at("sent_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("receipt_subject").on(t.subjectId),
    uniqueIndex("receipt_number").on(t.organizationId, t.number),
    index("receipt_org").on(t.organizationId, t.id),
    index("receipt_payment").on(t.paymentId),
  ],
);
