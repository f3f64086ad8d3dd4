import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { MoveOrder } from "../../contract/commerce.ts";
import type { OrderState } from "../../contract/commerce-words.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { orderChange } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { changeOrder } from "./change-order.ts";
import { movesFrom, PAID_STATES } from "./moves.ts";
import { findOrderFor, type OrderRow } from "./order-row.ts";

export const UPDATE_PERMISSIONS: readonly BridgePermission[] = [
  "plugin:ecommerce:orders:update:own",
  "plugin:ecommerce:orders:update:any",
];

export type MovePlan = {
  readonly order: OrderRow;
  readonly move: MoveOrder;
  /** Whether this very call has moved it before. */
  readonly isDone: boolean;
};

/**
 * Whether the order may be moved there. Reads, and changes nothing. Throws `order_not_found`, and
 * `order_move_not_possible` (409) with the states that are.
 */
export async function planMove({
  ctx,
  input: { id, idempotencyKey, ...move },
}: {
  ctx: Ctx;
  input: MoveOrder & { readonly id: string; readonly idempotencyKey: string | null };
}): Promise<MovePlan> {
  const organizationId = requireEffect(ctx, { control: "orders:write", bridge: UPDATE_PERMISSIONS });
  const order = await findOrderFor(ctx, organizationId, id, "plugin:ecommerce:orders:update:any");
  const isDone = idempotencyKey !== null && (await wasMovedBy(ctx, order, move.state, idempotencyKey));
  if (!isDone && !movesFrom(order.state).includes(move.state)) {
    throw moveNotPossible(order.state, move.state);
  }
  return { order, move, isDone };
}

/** Moves it. Throws `order_move_not_possible` (409) when another move came first. */
export async function moveOrder({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: MovePlan; idempotencyKey?: string };
}): Promise<OrderRow> {
  const { order, move, isDone } = plan;
  const { state: to, note } = move;
  const isPaid = PAID_STATES.includes(order.state);
  const changed =
    isDone ||
    (await changeOrder(ctx, {
      order,
      to,
      note,
      idempotencyKey,
      ...(to === "cancelled" && isPaid && { set: { attention: "cancelled_after_payment" } }),
    }));
  const now = await findOrderFor(ctx, order.organizationId, order.id, "plugin:ecommerce:orders:update:any");
  if (!changed) {
    throw moveNotPossible(now.state, to);
  }
  return now;
}

/** A run that died after it moved the order comes again: it is done then. */
async function wasMovedBy(
  { db, actor }: Ctx,
  { id }: OrderRow,
  state: OrderState,
  idempotencyKey: string,
): Promise<boolean> {
  const row = await db
    .select({ id: orderChange.id })
    .from(orderChange)
    .where(
      and(
        eq(orderChange.orderId, id),
        eq(orderChange.stateAfter, state),
        eq(orderChange.actorId, actor.id),
        eq(orderChange.idempotencyKey, idempotencyKey),
      ),
    )
    .get();
  return row !== undefined;
}

function moveNotPossible(from: OrderState, to: OrderState): AppError {
  const possible = movesFrom(from);
  return new AppError(
    "conflict",
    "order_move_not_possible",
    `An order that is ${from} cannot be made ${to}.`,
    {
      gate: "policy",
      hint:
        possible.length > 0
          ? `It can be made ${possible.join(" or ")}; the platform does what a payment or a refund brings.`
          : "Nothing more can be done with it by hand.",
    },
  );
}
