import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { nextInSeries } from "../../db/number-series.ts";
import { catalogItem, customerOrder, orderChange } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { HOUR_MS, ORDER_NUMBER_DIGITS } from "./limits.ts";
import type { OrderRow } from "./order-row.ts";
import { keyScope, type OrderPlan } from "./plan-order.ts";
import { SEALED } from "./sealed.ts";
import { tellOrderSoon } from "./tell-order.ts";

/**
 * Places the order: once for a key. In one batch it gets the next number of the organisation's series of the day, and
 * its items leave the stock; nothing of it happens when an item is not as it was planned with. Throws
 * `order_items_changed` (409) then.
 */
export async function placeOrder({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: OrderPlan | OrderRow; idempotencyKey: string };
}): Promise<OrderRow> {
  if ("state" in plan) {
    return plan;
  }
  const { db } = ctx;
  const row = await createRow(ctx, plan, idempotencyKey);
  const day = dayOf(row.createdAt, plan.timeZone);
  const series = nextInSeries(db, {
    organizationId: row.organizationId,
    series: `order:${day.year}-${day.month}-${day.day}`,
    prefix: `${plan.orderPrefix}-${day.year}-${day.month}${day.day}-`,
    digits: ORDER_NUMBER_DIGITS,
  });
  const isWritten = sql`exists (select 1 from ${customerOrder} where ${eq(customerOrder.id, row.id)})`;
  const placed = await writeWithAudit(
    db,
    {
      organizationId: row.organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: row.createdAt,
      action: "order.placed",
      subjectType: "order",
      subjectId: row.id,
      detail: { amount: row.amount, currency: row.currency },
    },
    [
      series.begin,
      insertNumbered(ctx, row, series),
      series.advance,
      db
        .update(catalogItem)
        .set({ stock: sql`${catalogItem.stock} - ${quantityOf(row)}` })
        .where(and(sql`${catalogItem.stock} is not null`, isOrdered(row), isWritten)),
      db.insert(orderChange).select(
        // In the order of the table's columns.
        sql`select ${newId("orderChange")}, ${row.organizationId}, ${row.id}, null, 'placed', ${ctx.actor.kind},
                   ${ctx.actor.id}, null, null, null, ${row.createdAt} where ${isWritten}`,
      ),
    ],
  );
  const order = await findByKey(ctx, row);
  if (order === undefined) {
    throw new AppError("conflict", "order_items_changed", "An item changed while the order was placed.", {
      gate: "policy",
      hint: "Send the same request with the same key again: prices and stock are read anew.",
      retryAfterSeconds: 1,
    });
  }
  if (placed > 0) {
    await tellOrderSoon(ctx, order);
  }
  return order;
}

async function createRow(ctx: Ctx, plan: OrderPlan, idempotencyKey: string): Promise<OrderRow> {
  const { organizationId, request, lines } = plan;
  const id = newId("order");
  const now = ctx.clock.now();
  return {
    id,
    organizationId,
    instanceId: request.instanceId,
    installationId: ctx.actor.kind === "plugin" ? ctx.actor.id : null,
    chatObjectId: request.recipient.chatObjectId,
    customerPhoneSealed: await ctx.keyRing.seal(request.recipient.phone, SEALED.customerPhone(id)),
    number: "",
    amount: plan.amount,
    currency: plan.currency,
    items: JSON.stringify(lines),
    orderDetails: request.orderDetails,
    note: request.note ?? null,
    customerName: request.customerName ?? null,
    state: "placed",
    attention: null,
    paymentId: null,
    paidAt: null,
    expiresAt: now + plan.unpaidHours * HOUR_MS,
    idempotencyScope: keyScope(ctx, organizationId),
    idempotencyKey,
    createdAt: now,
    updatedAt: now,
  };
}

/** Writes the row under the next number if its key is new and every item is still sold so, and is there. */
function insertNumbered({ db }: Ctx, row: OrderRow, { number, from }: ReturnType<typeof nextInSeries>) {
  // The values in the order of the table's columns.
  const names = Object.keys(getTableColumns(customerOrder)) as (keyof OrderRow)[];
  const values = sql.join(
    names.map((name) => (name === "number" ? number : sql`${row[name]}`)),
    sql`, `,
  );
  return db
    .insert(customerOrder)
    .select(
      sql`select ${values} ${from} and not exists (
            select 1 from json_each(${row.items}) left join ${catalogItem} on ${catalogItem.id} = value ->> '$.itemId'
            where ${catalogItem.id} is null or ${catalogItem.state} <> 'imported' or ${catalogItem.currency} <> ${row.currency}
               or ${catalogItem.unitAmount} <> value ->> '$.unitAmount' or ${catalogItem.stock} < value ->> '$.quantity')`,
    )
    .onConflictDoNothing();
}

/** For updates of the catalogue: how many of the item are in the order. */
export function quantityOf({ items }: Pick<OrderRow, "items">) {
  return sql`(select value ->> '$.quantity' from json_each(${items}) where value ->> '$.itemId' = ${catalogItem.id})`;
}

/** For updates of the catalogue: the items of the order. */
export function isOrdered({ items }: Pick<OrderRow, "items">) {
  return sql`${catalogItem.id} in (select value ->> '$.itemId' from json_each(${items}))`;
}

async function findByKey({ db }: Ctx, row: OrderRow): Promise<OrderRow | undefined> {
  return db
    .select()
    .from(customerOrder)
    .where(
      and(
        eq(customerOrder.idempotencyScope, row.idempotencyScope),
        eq(customerOrder.idempotencyKey, row.idempotencyKey),
      ),
    )
    .get();
}

function dayOf(now: number, timeZone: string): { year: string; month: string; day: string } {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(now);
  const part = (type: string) => parts.find((known) => known.type === type)?.value ?? "";
  return { year: part("year"), month: part("month"), day: part("day") };
}
