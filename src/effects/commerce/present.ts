/** Rows as the APIs show them: no number of a customer, times in ISO 8601. */
import type { AfterSales, CatalogItem, Order } from "../../contract/commerce.ts";
import type { afterSales, orderChange } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { type ItemRow, linesOf, type OrderRow } from "./order-row.ts";
import type { OrderChange, StaffAfterSales, StaffCatalogItem, StaffOrder } from "./schemas.ts";

const isoOrNull = (at: number | null) => (at === null ? null : isoTime(at));
const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

function presentItem(row: ItemRow): CatalogItem {
  const { id, sku, name, description, unitAmount, currency, stock, imageUrl, details, state } = row;
  return {
    id,
    sku,
    name,
    description,
    unitAmount,
    currency,
    stock,
    imageUrl,
    details: parsed(details),
    state,
  };
}

/** An article as staff see it. */
export function presentStaffItem(row: ItemRow): StaffCatalogItem {
  return {
    ...presentItem(row),
    installationId: row.installationId,
    retiredBy: row.retiredBy,
    importedAt: isoOrNull(row.importedAt),
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}

/** An order as plugins see it. */
export function presentOrder(row: OrderRow): Order {
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    amount: row.amount,
    currency: row.currency,
    items: linesOf(row).map(({ sku, name, quantity, unitAmount }) => ({ sku, name, quantity, unitAmount })),
    orderDetails: parsed(row.orderDetails),
    note: row.note,
    customerName: row.customerName,
    paymentId: row.paymentId,
    expiresAt: isoOrNull(row.expiresAt),
    paidAt: isoOrNull(row.paidAt),
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}

/** An order as staff see it. */
export function presentStaffOrder(row: OrderRow): StaffOrder {
  const { instanceId, installationId, attention } = row;
  return { ...presentOrder(row), instanceId, installationId, attention };
}

export function presentChange(row: typeof orderChange.$inferSelect): OrderChange {
  return {
    stateBefore: row.stateBefore,
    stateAfter: row.stateAfter,
    by: { kind: row.actorKind, id: row.actorId },
    note: row.note,
    createdAt: isoTime(row.createdAt),
  };
}

type AfterSalesRow = typeof afterSales.$inferSelect;

/** An after-sales request as plugins see it. */
export function presentAfterSales(row: AfterSalesRow): AfterSales {
  return {
    id: row.id,
    orderId: row.orderId,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    items: parsed(row.items) as AfterSales["items"],
    resolution: row.resolution,
    resolvedAt: isoOrNull(row.resolvedAt),
    createdAt: isoTime(row.createdAt),
  };
}

export function presentStaffAfterSales(row: AfterSalesRow): StaffAfterSales {
  const { installationId, resolvedByKind: kind, resolvedById: id } = row;
  return {
    ...presentAfterSales(row),
    installationId,
    resolvedBy: kind === null || id === null ? null : { kind, id },
  };
}
