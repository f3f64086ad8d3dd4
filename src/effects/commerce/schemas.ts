import { z } from "@hono/zod-openapi";
import {
  AFTER_SALES_STATES,
  AfterSales,
  CatalogItem,
  ITEM_STATES,
  ORDER_ATTENTION,
  ORDER_STATES,
  Order,
} from "../../contract/commerce.ts";
import { PAYMENT_STATES } from "../../contract/payments.ts";
import { PageQuery } from "../../http/openapi.ts";
import { IMPORT_IDS_MAX, UNPAID_HOURS_MAX } from "./limits.ts";

export const IdParam = z.object({ id: z.string().max(200) });
const Id = z.string().max(200);
const Time = z.iso.datetime({ offset: true });
const By = z.object({ kind: z.string(), id: z.string() });

export const StaffCatalogItem = CatalogItem.extend({
  installationId: z.string().openapi({ description: "The plugin that offers it." }),
  retiredBy: z.enum(["plugin", "staff"]).nullable(),
  importedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}).openapi("CatalogItem");
export type StaffCatalogItem = z.infer<typeof StaffCatalogItem>;

export const ItemsQuery = PageQuery.extend({
  installationId: Id.optional(),
  state: z.enum(ITEM_STATES).optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: "A part of the name or the SKU, whatever the case of its Latin letters." }),
});
export type ItemsQuery = z.infer<typeof ItemsQuery>;

export const ImportItems = z.strictObject({
  installationId: Id,
  itemIds: z
    .array(Id)
    .min(1)
    .max(IMPORT_IDS_MAX)
    .optional()
    .openapi({ description: "Everything that the plugin offers unless told." }),
});
export type ImportItems = z.infer<typeof ImportItems>;

export const ImportedItems = z
  .object({ imported: z.int().openapi({ description: "Items that were not in the shop before." }) })
  .openapi("ImportedItems");

export const CatalogSettings = z
  .strictObject({
    importsItself: z.boolean().openapi({
      description: "What the plugin offers is in the shop at its next sync, without a person.",
    }),
  })
  .openapi("CatalogSettings");
export type CatalogSettings = z.infer<typeof CatalogSettings>;

export const CommerceSettings = z
  .strictObject({
    orderPrefix: z
      .string()
      .regex(/^[A-Z0-9]{1,8}$/, "must be 1 to 8 capital letters or digits")
      .openapi({ description: "What order numbers start with.", example: "DUK" }),
    unpaidHours: z
      .int()
      .min(1)
      .max(UNPAID_HOURS_MAX)
      .openapi({ description: "How long an order waits for its payment before it is cancelled." }),
  })
  .openapi("CommerceSettings");
export type CommerceSettings = z.infer<typeof CommerceSettings>;

export const StaffOrder = Order.extend({
  instanceId: z.string(),
  installationId: z.string().nullable().openapi({ description: "The plugin that placed it." }),
  attention: z
    .enum(ORDER_ATTENTION)
    .nullable()
    .openapi({ description: "Why a person should look at it; docs/commerce.md explains each." }),
}).openapi("Order");
export type StaffOrder = z.infer<typeof StaffOrder>;

export const OrderChange = z
  .object({
    stateBefore: z.string().nullable(),
    stateAfter: z.string(),
    by: By,
    note: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi("OrderChange");
export type OrderChange = z.infer<typeof OrderChange>;

export const StaffAfterSales = AfterSales.extend({
  installationId: z.string().nullable().openapi({ description: "The plugin that opened it." }),
  resolvedBy: By.nullable(),
}).openapi("AfterSales");
export type StaffAfterSales = z.infer<typeof StaffAfterSales>;

export const OrderHistory = StaffOrder.extend({
  changes: z.array(OrderChange).openapi({ description: "Oldest first." }),
  payments: z
    .array(
      z.object({
        id: z.string(),
        state: z.enum(PAYMENT_STATES),
        amount: z.int(),
        refundedAmount: z.int(),
        createdAt: z.iso.datetime(),
      }),
    )
    .openapi({ description: "Those that a checkout of the order asked for, oldest first." }),
  afterSales: z.array(StaffAfterSales).openapi({ description: "Oldest first." }),
}).openapi("OrderHistory");
export type OrderHistory = z.infer<typeof OrderHistory>;

export const OrdersQuery = PageQuery.extend({
  state: z.enum(ORDER_STATES).optional(),
  instanceId: Id.optional(),
  installationId: Id.optional(),
  number: z.string().max(100).optional(),
  needsAttention: z.stringbool().optional().openapi({ type: "boolean" }),
  from: Time.optional().openapi({ description: "By when it was placed." }),
  to: Time.optional().openapi({ description: "Not included." }),
});
export type OrdersQuery = z.infer<typeof OrdersQuery>;

export const OrderTotalsQuery = z.object({
  from: Time.optional().openapi({ description: "Thirty days before `to` unless told." }),
  to: Time.optional().openapi({ description: "Now unless told; not included." }),
  instanceId: Id.optional(),
});
export type OrderTotalsQuery = z.infer<typeof OrderTotalsQuery>;

export const OrderTotal = z
  .object({
    day: z.string().openapi({ description: "The day (UTC) when they were placed.", example: "2026-11-20" }),
    currency: z.string(),
    orders: z.int().openapi({ description: "Placed." }),
    amount: z.int().openapi({ description: "Minor units of all of them." }),
    paidOrders: z.int().openapi({ description: "Of them, paid and neither cancelled nor refunded." }),
    paidAmount: z.int(),
  })
  .openapi("OrderTotal");
export type OrderTotal = z.infer<typeof OrderTotal>;

export const AfterSalesQuery = PageQuery.extend({
  state: z.enum(AFTER_SALES_STATES).optional(),
  orderId: Id.optional(),
});
export type AfterSalesQuery = z.infer<typeof AfterSalesQuery>;

export const ResolveAfterSales = z.strictObject({
  outcome: z.enum(["accepted", "declined"]),
  resolution: z.string().trim().min(1).max(1_000).openapi({ description: "The plugin reads it." }),
});
export type ResolveAfterSales = z.infer<typeof ResolveAfterSales>;
