/** What catalogue items and orders look like on the wire. */
import { z } from "zod";
import { AFTER_SALES_KINDS, AFTER_SALES_STATES, ITEM_STATES, ORDER_STATES } from "./commerce-words.ts";
import { AMOUNT_MAX, Currency, PAYMENT_PROVIDERS, Payment } from "./payments.ts";
import { Recipient } from "./recipient.ts";

export {
  AFTER_SALES_STATES,
  ITEM_STATES,
  ORDER_ATTENTION,
  ORDER_STATES,
} from "./commerce-words.ts";

/** Items of one plugin. A sync names all of them, so this is the size of its catalogue. */
const CATALOG_ITEMS_MAX = 1_000;

/** Lines of one order; a payment takes no more. */
const ORDER_ITEMS_MAX = 100;

const Sku = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 printable ASCII characters without spaces");

/** An article as its plugin describes it. */
export const CatalogOffer = z.strictObject({
  sku: Sku,
  name: z.string().trim().min(1).max(200),
  description: z.string().trim().min(1).max(2_000).optional(),
  /** Minor units. */
  unitAmount: z.int().min(0).max(AMOUNT_MAX),
  currency: Currency,
  /** How many there are. Left out: it is not counted. */
  stock: z.int().min(0).max(1_000_000_000).optional(),
  imageUrl: z
    .url({ protocol: /^https$/ })
    .max(2_000)
    .optional(),
  /** Free form. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type CatalogOffer = z.infer<typeof CatalogOffer>;

/** The whole catalogue of a plugin: what it leaves out is retired. */
export const SyncCatalog = z
  .strictObject({ items: z.array(CatalogOffer).min(1).max(CATALOG_ITEMS_MAX) })
  .superRefine(({ items }, found) => {
    const seen = new Set<string>();
    for (const [index, { sku }] of items.entries()) {
      if (seen.has(sku)) {
        found.addIssue({ code: "custom", path: ["items", index, "sku"], message: "must be there once" });
      }
      seen.add(sku);
    }
  });
export type SyncCatalog = z.infer<typeof SyncCatalog>;

export const CatalogItem = z.object({
  id: z.string(),
  sku: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  unitAmount: z.int(),
  currency: z.string(),
  /** Null when it is not counted. */
  stock: z.int().nullable(),
  imageUrl: z.string().nullable(),
  details: z.unknown(),
  state: z.enum(ITEM_STATES),
});
export type CatalogItem = z.infer<typeof CatalogItem>;

/** What a sync came to: how many items are in each state, and every item. */
export const SyncedCatalog = z.object({
  offered: z.int(),
  imported: z.int(),
  retired: z.int(),
  items: z.array(z.object({ id: z.string(), sku: z.string(), state: z.enum(ITEM_STATES) })),
});
export type SyncedCatalog = z.infer<typeof SyncedCatalog>;

const OrderedQuantity = z.strictObject({ sku: Sku, quantity: z.int().min(1).max(1_000) });

/** Prices are the catalogue's: there is no place for one here. */
export const PlaceOrder = z.strictObject({
  recipient: Recipient,
  items: z.array(OrderedQuantity).min(1).max(ORDER_ITEMS_MAX),
  /** Free form, the delivery address above all. Stored and shown on as it came. */
  orderDetails: z.record(z.string(), z.unknown()).optional(),
  note: z.string().trim().min(1).max(1_000).optional(),
  customerName: z.string().trim().min(1).max(200).optional(),
});
export type PlaceOrder = z.infer<typeof PlaceOrder>;

const OrderItem = z.object({
  sku: z.string(),
  name: z.string(),
  quantity: z.int(),
  /** Minor units, as the catalogue said when the order was placed. */
  unitAmount: z.int(),
});

/** Times in ISO 8601. */
export const Order = z.object({
  id: z.string(),
  /** What the customer sees, such as `DUK-2026-1120-0041`. */
  number: z.string(),
  state: z.enum(ORDER_STATES),
  amount: z.int(),
  currency: z.string(),
  items: z.array(OrderItem),
  orderDetails: z.unknown(),
  note: z.string().nullable(),
  customerName: z.string().nullable(),
  /** The payment that paid it. */
  paymentId: z.string().nullable(),
  /** When it is cancelled unless it is paid; null when that is over. */
  expiresAt: z.iso.datetime().nullable(),
  paidAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Order = z.infer<typeof Order>;

export const MoveOrder = z.strictObject({
  state: z.enum(ORDER_STATES),
  note: z.string().trim().min(1).max(500).optional(),
});
export type MoveOrder = z.infer<typeof MoveOrder>;

export const CheckOutOrder = z.strictObject({
  /** One provider rather than the organisation's default. */
  provider: z.enum(PAYMENT_PROVIDERS).optional(),
});
export type CheckOutOrder = z.infer<typeof CheckOutOrder>;

export const Checkout = z.object({ order: Order, payment: Payment });
export type Checkout = z.infer<typeof Checkout>;

export const OpenAfterSales = z.strictObject({
  kind: z.enum(AFTER_SALES_KINDS),
  reason: z.string().trim().min(1).max(1_000),
  /** What of the order it is about; the whole of it unless told. */
  items: z.array(OrderedQuantity).min(1).max(ORDER_ITEMS_MAX).optional(),
});
export type OpenAfterSales = z.infer<typeof OpenAfterSales>;

export const AfterSales = z.object({
  id: z.string(),
  orderId: z.string(),
  kind: z.enum(AFTER_SALES_KINDS),
  state: z.enum(AFTER_SALES_STATES),
  reason: z.string(),
  items: z.array(OrderedQuantity).nullable(),
  /** What staff said when they decided. */
  resolution: z.string().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type AfterSales = z.infer<typeof AfterSales>;
