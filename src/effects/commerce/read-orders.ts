/** What people look at: orders, their history and sums. */
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { afterSales, customerOrder, orderChange, orderCheckout, payment } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { HOUR_MS } from "./limits.ts";
import { PAID_STATES } from "./moves.ts";
import { findOrderFor, type OrderRow } from "./order-row.ts";
import { presentChange, presentStaffAfterSales, presentStaffOrder } from "./present.ts";
import type { OrderHistory, OrdersQuery, OrderTotal, OrderTotalsQuery, StaffOrder } from "./schemas.ts";

const DEFAULT_DAYS = 30;
/** Two years of days in a currency. */
const TOTALS_MAX = 1_000;

export const READ_PERMISSIONS: readonly BridgePermission[] = [
  "plugin:ecommerce:orders:read:own",
  "plugin:ecommerce:orders:read:any",
];

/** An order for a plugin. Throws `order_not_found`. */
export async function getOrder({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<OrderRow> {
  const organizationId = requireEffect(ctx, { control: "orders:read", bridge: READ_PERMISSIONS });
  return findOrderFor(ctx, organizationId, id, "plugin:ecommerce:orders:read:any");
}

/** The organisation's orders that fit every filter given, newest first. */
export async function listOrders({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: OrdersQuery;
}): Promise<Page<StaffOrder>> {
  const organizationId = requirePermission(ctx, "orders:read");
  const { state, instanceId, installationId, number, needsAttention, from, to } = input;
  const rows = await ctx.db
    .select()
    .from(customerOrder)
    .where(
      and(
        eq(customerOrder.organizationId, organizationId),
        state && eq(customerOrder.state, state),
        instanceId === undefined ? undefined : eq(customerOrder.instanceId, instanceId),
        installationId === undefined ? undefined : eq(customerOrder.installationId, installationId),
        number === undefined ? undefined : eq(customerOrder.number, number),
        needsAttention === undefined
          ? undefined
          : (needsAttention ? isNotNull : isNull)(customerOrder.attention),
        from === undefined ? undefined : gte(customerOrder.createdAt, Date.parse(from)),
        to === undefined ? undefined : lt(customerOrder.createdAt, Date.parse(to)),
        input.cursor === undefined ? undefined : lt(customerOrder.id, input.cursor),
      ),
    )
    .orderBy(desc(customerOrder.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentStaffOrder);
}

/** An order with its states, payments and after-sales requests. Throws `order_not_found`. */
export async function getOrderHistory({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<OrderHistory> {
  const organizationId = requirePermission(ctx, "orders:read");
  const order = await findOrderFor(ctx, organizationId, id, null);
  const [changes, payments, requests] = await ctx.db.batch([
    ctx.db.select().from(orderChange).where(eq(orderChange.orderId, id)).orderBy(asc(orderChange.id)),
    ctx.db
      .select({
        id: payment.id,
        state: payment.state,
        amount: payment.amount,
        refundedAmount: payment.refundedAmount,
        createdAt: payment.createdAt,
      })
      .from(orderCheckout)
      .innerJoin(
        payment,
        and(
          eq(payment.idempotencyScope, orderCheckout.paymentScope),
          eq(payment.idempotencyKey, orderCheckout.paymentKey),
        ),
      )
      .where(eq(orderCheckout.orderId, id))
      .orderBy(asc(orderCheckout.id)),
    ctx.db.select().from(afterSales).where(eq(afterSales.orderId, id)).orderBy(asc(afterSales.id)),
  ]);
  return {
    ...presentStaffOrder(order),
    changes: changes.map(presentChange),
    payments: payments.map((row) => ({ ...row, createdAt: isoTime(row.createdAt) })),
    afterSales: requests.map(presentStaffAfterSales),
  };
}

/** What was ordered between two times, summed by day and currency, in the order of the days. */
export async function totalOrders({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: OrderTotalsQuery;
}): Promise<{ data: OrderTotal[]; nextCursor: null }> {
  const organizationId = requirePermission(ctx, "orders:read");
  const to = input.to === undefined ? ctx.clock.now() + 1 : Date.parse(input.to);
  const from = input.from === undefined ? to - DEFAULT_DAYS * 24 * HOUR_MS : Date.parse(input.from);
  const isPaid = inArray(customerOrder.state, [...PAID_STATES]);
  const data = await ctx.db
    .select({
      day: sql<string>`strftime('%Y-%m-%d', ${customerOrder.createdAt} / 1000, 'unixepoch')`.as("total_day"),
      currency: customerOrder.currency,
      orders: sql<number>`count(*)`,
      amount: sql<number>`sum(${customerOrder.amount})`,
      paidOrders: sql<number>`sum(${isPaid})`,
      paidAmount: sql<number>`sum(case when ${isPaid} then ${customerOrder.amount} else 0 end)`,
    })
    .from(customerOrder)
    .where(
      and(
        eq(customerOrder.organizationId, organizationId),
        gte(customerOrder.createdAt, from),
        lt(customerOrder.createdAt, to),
        input.instanceId === undefined ? undefined : eq(customerOrder.instanceId, input.instanceId),
      ),
    )
    .groupBy(sql`total_day`, customerOrder.currency)
    .orderBy(asc(sql`total_day`), asc(customerOrder.currency))
    .limit(TOTALS_MAX);
  return { data, nextCursor: null };
}

/** A person has seen to what was raised. Throws `order_not_found`. */
export async function dismissOrderAttention({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "orders:write");
  const { attention } = await findOrderFor(ctx, organizationId, id, null);
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "order.attention_dismissed",
      subjectType: "order",
      subjectId: id,
      detail: { attention },
    },
    [
      ctx.db
        .update(customerOrder)
        .set({ attention: null, updatedAt: now })
        .where(and(eq(customerOrder.id, id), isNotNull(customerOrder.attention))),
    ],
  );
}
