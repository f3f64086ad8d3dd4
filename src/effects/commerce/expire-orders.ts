import { and, asc, eq, exists, inArray, lte, not, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { customerOrder, orderCheckout, payment } from "../../db/schema/index.ts";
import { OPEN_PAYMENT_STATES } from "../payments/index.ts";
import { changeOrder } from "./change-order.ts";
import { EXPIRE_ORDERS } from "./limits.ts";
import { UNPAID_STATES } from "./moves.ts";

/**
 * Cancels orders that were not paid in time, a bounded number of them. One whose payment is under way waits until that
 * has ended. Returns how many it cancelled.
 */
export async function expireOrders({ ctx }: { ctx: Ctx }): Promise<number> {
  const { db } = ctx;
  const underWay = db
    .select({ one: sql`1` })
    .from(orderCheckout)
    .innerJoin(
      payment,
      and(
        eq(payment.idempotencyScope, orderCheckout.paymentScope),
        eq(payment.idempotencyKey, orderCheckout.paymentKey),
      ),
    )
    .where(
      and(eq(orderCheckout.orderId, customerOrder.id), inArray(payment.state, [...OPEN_PAYMENT_STATES])),
    );
  const due = await db
    .select()
    .from(customerOrder)
    .where(
      and(
        lte(customerOrder.expiresAt, ctx.clock.now()),
        inArray(customerOrder.state, [...UNPAID_STATES]),
        not(exists(underWay)),
      ),
    )
    .orderBy(asc(customerOrder.expiresAt))
    .limit(EXPIRE_ORDERS);
  let cancelled = 0;
  for (const order of due) {
    cancelled += (await changeOrder(ctx, { order, to: "cancelled", note: "Not paid in time." })) ? 1 : 0;
  }
  return cancelled;
}
