import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { OrderState } from "../../contract/commerce-words.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { catalogItem, customerOrder, orderChange } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { UNPAID_STATES } from "./moves.ts";
import type { OrderRow } from "./order-row.ts";
import { isOrdered, quantityOf } from "./place-order.ts";
import { tellOrderSoon } from "./tell-order.ts";

export type OrderMove = {
  /** As it was read; it moves only from the state in which it was then. */
  readonly order: OrderRow;
  readonly to: OrderState;
  readonly note?: string | undefined;
  /** Of the bridge call that asks for it. */
  readonly idempotencyKey?: string | undefined;
  /** What changes with it. */
  readonly set?: Partial<Pick<OrderRow, "paymentId" | "paidAt" | "attention">>;
};

/**
 * Moves an order to another state, with one row of its history and one event; what is cancelled goes back into the
 * stock. For verbs that have checked that the move is allowed. False when the order is not in that state any more.
 */
export async function changeOrder(ctx: Ctx, move: OrderMove): Promise<boolean> {
  const { order, to, set = {} } = move;
  const now = ctx.clock.now();
  const isThere = and(eq(customerOrder.id, order.id), eq(customerOrder.state, order.state));
  const restock = ctx.db
    .update(catalogItem)
    .set({ stock: sql`${catalogItem.stock} + ${quantityOf(order)}` })
    .where(
      and(
        sql`${catalogItem.stock} is not null`,
        isOrdered(order),
        sql`exists (select 1 from ${customerOrder} where ${isThere})`,
      ),
    );
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId: order.organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: `order.${to}`,
      subjectType: "order",
      subjectId: order.id,
      detail: { from: order.state },
    },
    [
      ...(to === "cancelled" ? [restock] : []),
      ctx.db
        .update(customerOrder)
        .set({
          state: to,
          ...set,
          ...(!UNPAID_STATES.includes(to) && { expiresAt: null }),
          updatedAt: now,
        })
        .where(isThere),
      insertChange(ctx, move, now),
    ],
  );
  if (changed > 0) {
    await tellOrderSoon(ctx, order);
  }
  return changed > 0;
}

/** The row of the history, if the statement right before it changed the order. */
export function insertChange(
  { db, actor }: Ctx,
  { order, to, note = undefined, idempotencyKey = undefined }: OrderMove,
  now: number,
) {
  // In the order of the table's columns.
  return db.insert(orderChange).select(
    sql`select ${newId("orderChange")}, ${order.organizationId}, ${order.id}, ${order.state}, ${to}, ${actor.kind},
               ${actor.id}, ${note ?? null}, ${idempotencyKey ?? null}, null, ${now} where changes() > 0`,
  );
}
