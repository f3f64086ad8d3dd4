import { and, eq, isNull, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { OrderAttention } from "../../contract/commerce-words.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { customerOrder, orderCheckout } from "../../db/schema/index.ts";
import { type FollowUp, findPaymentFor, type PaymentRow, type RefundRow } from "../payments/index.ts";
import { changeOrder } from "./change-order.ts";
import { endCheckout } from "./check-out-order.ts";
import { CHANGE_TRIES } from "./limits.ts";
import { PAID_STATES, UNPAID_STATES } from "./moves.ts";
import type { OrderRow } from "./order-row.ts";

type CheckoutRow = typeof orderCheckout.$inferSelect;

/** When the payment of a checkout has ended, its order is paid, once, or may be checked out again. */
export const orderPayment: FollowUp<PaymentRow> = {
  name: "order",
  async run({ ctx, subject }) {
    const checkout = await ctx.db
      .select()
      .from(orderCheckout)
      .where(
        and(
          eq(orderCheckout.paymentScope, subject.idempotencyScope),
          eq(orderCheckout.paymentKey, subject.idempotencyKey),
        ),
      )
      .get();
    if (checkout === undefined) {
      return;
    }
    if (subject.state === "succeeded") {
      await takeMoney(ctx, checkout, subject);
    }
    await endCheckout(ctx, checkout.id);
  },
};

/** When all the money of an order has gone back, the order is refunded. */
export const orderRefund: FollowUp<RefundRow> = {
  name: "order",
  async run({ ctx, subject: { organizationId, paymentId } }) {
    const paid = await findPaymentFor(ctx, organizationId, paymentId);
    if (paid.refundedAmount < paid.amount) {
      return;
    }
    for (let tries = 0; tries < CHANGE_TRIES; tries++) {
      const order = await ctx.db
        .select()
        .from(customerOrder)
        .where(and(eq(customerOrder.organizationId, organizationId), eq(customerOrder.paymentId, paymentId)))
        .get();
      const isRefundable =
        order !== undefined && (PAID_STATES.includes(order.state) || order.state === "cancelled");
      if (!isRefundable) {
        return;
      }
      const attention = order.attention === "paid_twice" ? order.attention : null;
      if (await changeOrder(ctx, { order, to: "refunded", set: { attention } })) {
        return;
      }
    }
    throw new Error(`The order of the payment ${paymentId} kept changing.`);
  },
};

async function takeMoney(ctx: Ctx, checkout: CheckoutRow, paid: PaymentRow): Promise<void> {
  for (let tries = 0; tries < CHANGE_TRIES; tries++) {
    const order = await ctx.db
      .select()
      .from(customerOrder)
      .where(eq(customerOrder.id, checkout.orderId))
      .get();
    if (order === undefined || order.paymentId === paid.id) {
      return;
    }
    if (!UNPAID_STATES.includes(order.state)) {
      return raise(ctx, order, checkout, paid);
    }
    if (order.amount !== paid.amount || order.currency !== paid.currency) {
      throw new Error(`The payment ${paid.id} is not what the order ${order.id} costs.`);
    }
    const set = { paymentId: paid.id, paidAt: paid.settledAt };
    if (await changeOrder(ctx, { order, to: "paid", set })) {
      return;
    }
  }
  throw new Error(`The order ${checkout.orderId} kept changing.`);
}

/** Money for an order that needs none is never hidden: a person is told of it once. */
async function raise(ctx: Ctx, order: OrderRow, checkout: CheckoutRow, paid: PaymentRow): Promise<void> {
  const isLate = order.state === "cancelled" && order.paymentId === null;
  const attention: OrderAttention = isLate ? "paid_after_cancellation" : "paid_twice";
  const now = ctx.clock.now();
  const isFresh = and(eq(orderCheckout.id, checkout.id), isNull(orderCheckout.raisedAt));
  await writeWithAudit(
    ctx.db,
    {
      organizationId: order.organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "order.payment_raised",
      subjectType: "order",
      subjectId: order.id,
      detail: { paymentId: paid.id, attention },
    },
    [
      ctx.db
        .update(customerOrder)
        .set({
          attention,
          // A refund of it finds the order by this.
          paymentId: sql`coalesce(${customerOrder.paymentId}, ${paid.id})`,
          updatedAt: now,
        })
        .where(
          and(eq(customerOrder.id, order.id), sql`exists (select 1 from ${orderCheckout} where ${isFresh})`),
        ),
      ctx.db.update(orderCheckout).set({ raisedAt: now }).where(isFresh),
    ],
  );
}
