import { and, eq, isNull, notExists, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { CheckOutOrder } from "../../contract/commerce.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { customerOrder, orderCheckout, payment } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import {
  initiatePayment,
  OPEN_PAYMENT_STATES,
  type PaymentPlan,
  type PaymentRow,
  planPaymentFor,
} from "../payments/index.ts";
import { insertChange } from "./change-order.ts";
import { UNPAID_STATES } from "./moves.ts";
import { findOrderFor, linesOf, type OrderRow } from "./order-row.ts";
import { keyScope } from "./plan-order.ts";
import { SEALED } from "./sealed.ts";
import { tellOrderSoon } from "./tell-order.ts";

type CheckoutRow = typeof orderCheckout.$inferSelect;
export type CheckoutPlan = { readonly order: OrderRow; readonly payment: PaymentPlan };

/**
 * Whether the order's payment may be started, with everything that its provider would refuse. Plugins start those of
 * their own orders. Reads, and changes nothing. Throws `order_not_found`, `order_not_payable` (409), and what planning
 * a payment throws.
 */
export async function planCheckout({
  ctx,
  input: { id, provider, idempotencyKey },
}: {
  ctx: Ctx;
  input: CheckOutOrder & { readonly id: string; readonly idempotencyKey: string | null };
}): Promise<CheckoutPlan> {
  const organizationId = requireEffect(ctx, {
    control: "tools:call",
    bridge: "plugin:ecommerce:checkout:initiate",
  });
  const order = await findOrderFor(ctx, organizationId, id, null);
  const begun = idempotencyKey === null ? undefined : await findByKey(ctx, order, idempotencyKey);
  if (begun === undefined && !UNPAID_STATES.includes(order.state)) {
    throw notPayable(order);
  }
  const phone = await ctx.keyRing.open(order.customerPhoneSealed, SEALED.customerPhone(order.id));
  const plan = await planPaymentFor(ctx, organizationId, {
    instanceId: order.instanceId,
    recipient: { scope: "known_contact", phone, chatObjectId: order.chatObjectId, callId: null },
    amount: order.amount,
    currency: order.currency,
    orderReference: order.number,
    description: `Order ${order.number}`,
    items: linesOf(order).map(({ name, quantity, unitAmount }) => ({ name, quantity, unitAmount })),
    orderDetails: order.orderDetails,
    ...(provider !== undefined && { provider }),
  });
  return { order, payment: plan };
}

/**
 * Starts the order's payment. An order has one open payment at most: while there is one, that is the answer, whatever
 * the key. Throws what asking for a payment throws, and `order_not_payable` (409).
 */
export async function checkOutOrder({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: CheckoutPlan; idempotencyKey: string };
}): Promise<{ order: OrderRow; payment: PaymentRow }> {
  const { order } = plan;
  const checkout = await openCheckout(ctx, order, idempotencyKey);
  const known = await findPayment(ctx, checkout);
  const paid =
    known !== undefined && known.state !== "created" ? known : await ask(ctx, plan, checkout, idempotencyKey);
  return { order: await findOrderFor(ctx, order.organizationId, order.id, null), payment: paid };
}

/** The checkout of this key, or the one that is open; else a new one. */
async function openCheckout(ctx: Ctx, order: OrderRow, idempotencyKey: string): Promise<CheckoutRow> {
  const begun = await findByKey(ctx, order, idempotencyKey);
  if (begun !== undefined) {
    return begun;
  }
  const open = await findOpen(ctx, order);
  if (open !== undefined) {
    const known = await findPayment(ctx, open);
    if (known === undefined || known.state === "succeeded" || isOpen(known)) {
      return open;
    }
    // Its payment ended without money, and what follows that has not run yet.
    await endCheckout(ctx, open.id);
  }
  await begin(ctx, order, idempotencyKey);
  const started = (await findByKey(ctx, order, idempotencyKey)) ?? (await findOpen(ctx, order));
  if (started === undefined) {
    throw notPayable(await findOrderFor(ctx, order.organizationId, order.id, null));
  }
  return started;
}

/** The order waits for payment from now on, and nobody else begins a checkout while this one is open. */
async function begin(ctx: Ctx, order: OrderRow, idempotencyKey: string): Promise<void> {
  const now = ctx.clock.now();
  const id = newId("orderCheckout");
  const scope = keyScope(ctx, order.organizationId);
  const placed: OrderRow = { ...order, state: "placed" };
  const isOrder = eq(customerOrder.id, order.id);
  const begun = await writeWithAudit(
    ctx.db,
    {
      organizationId: order.organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "order.checkout_started",
      subjectType: "order",
      subjectId: order.id,
    },
    [
      ctx.db
        .update(customerOrder)
        .set({ state: "awaiting_payment", updatedAt: now })
        .where(and(isOrder, eq(customerOrder.state, "placed"))),
      insertChange(ctx, { order: placed, to: "awaiting_payment" }, now),
      ctx.db
        .insert(orderCheckout)
        // In the order of the table's columns.
        .select(
          sql`select ${id}, ${order.organizationId}, ${order.id}, ${scope}, ${`checkout:${id}`}, ${idempotencyKey},
                     null, null, ${now} from ${customerOrder}
              where ${isOrder} and ${customerOrder.state} = 'awaiting_payment'`,
        )
        .onConflictDoNothing(),
    ],
  );
  if (begun > 0) {
    await tellOrderSoon(ctx, order);
  }
}

/** Asks for the money under the checkout's own key, so that it is asked for once. */
async function ask(
  ctx: Ctx,
  plan: CheckoutPlan,
  checkout: CheckoutRow,
  idempotencyKey: string,
): Promise<PaymentRow> {
  if (checkout.paymentScope !== keyScope(ctx, plan.order.organizationId)) {
    throw new AppError("conflict", "checkout_in_progress", "Somebody else is starting this payment.", {
      hint: "Ask for the order again in a moment.",
      retryAfterSeconds: 2,
    });
  }
  try {
    return await initiatePayment({
      ctx,
      input: { plan: plan.payment, idempotencyKey: checkout.paymentKey },
    });
  } catch (error) {
    // Whoever goes on with somebody else's checkout leaves it: they may be about to ask.
    if (error instanceof AppError && checkout.idempotencyKey === idempotencyKey) {
      await forgetUnasked(ctx, checkout);
    }
    throw error;
  }
}

/** Nothing was asked, such as while another prompt is on the phone: the way is free for the next try. */
async function forgetUnasked({ db }: Ctx, { id, paymentScope, paymentKey }: CheckoutRow): Promise<void> {
  const asked = db
    .select({ one: sql`1` })
    .from(payment)
    .where(and(eq(payment.idempotencyScope, paymentScope), eq(payment.idempotencyKey, paymentKey)));
  await db.delete(orderCheckout).where(and(eq(orderCheckout.id, id), notExists(asked)));
}

/** Its payment has ended: another checkout may begin. */
export async function endCheckout({ db, clock }: Pick<Ctx, "db" | "clock">, id: string): Promise<void> {
  await db
    .update(orderCheckout)
    .set({ endedAt: clock.now() })
    .where(and(eq(orderCheckout.id, id), isNull(orderCheckout.endedAt)));
}

async function findByKey(ctx: Ctx, order: OrderRow, key: string): Promise<CheckoutRow | undefined> {
  return ctx.db
    .select()
    .from(orderCheckout)
    .where(
      and(
        eq(orderCheckout.orderId, order.id),
        eq(orderCheckout.paymentScope, keyScope(ctx, order.organizationId)),
        eq(orderCheckout.idempotencyKey, key),
      ),
    )
    .get();
}

async function findOpen({ db }: Ctx, { id }: OrderRow): Promise<CheckoutRow | undefined> {
  return db
    .select()
    .from(orderCheckout)
    .where(and(eq(orderCheckout.orderId, id), isNull(orderCheckout.endedAt)))
    .get();
}

async function findPayment(
  { db }: Ctx,
  { paymentScope, paymentKey }: CheckoutRow,
): Promise<PaymentRow | undefined> {
  return db
    .select()
    .from(payment)
    .where(and(eq(payment.idempotencyScope, paymentScope), eq(payment.idempotencyKey, paymentKey)))
    .get();
}

function isOpen({ state }: PaymentRow): boolean {
  return (OPEN_PAYMENT_STATES as readonly string[]).includes(state);
}

function notPayable({ number, state }: OrderRow): AppError {
  return new AppError("conflict", "order_not_payable", `The order ${number} is ${state}.`, {
    gate: "policy",
    hint: "Only an order that was placed and has not been paid or cancelled can be checked out.",
  });
}
