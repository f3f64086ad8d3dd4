import { and, asc, eq, isNull, lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { EventType } from "../../contract/events.ts";
import { customerOrder, orderChange } from "../../db/schema/index.ts";
import { emitEvent } from "../events/index.ts";
import { TELL_AFTER_MS, TELL_ORDERS } from "./limits.ts";
import type { OrderRow } from "./order-row.ts";
import { presentOrder } from "./present.ts";

/** Emits the events of the order's changes that were not told yet, in their order. Told twice, it is heard once. */
async function tellOrder(ctx: Ctx, orderId: string): Promise<void> {
  const [orders, changes] = await ctx.db.batch([
    ctx.db.select().from(customerOrder).where(eq(customerOrder.id, orderId)),
    ctx.db
      .select()
      .from(orderChange)
      .where(and(eq(orderChange.orderId, orderId), isNull(orderChange.toldAt)))
      .orderBy(asc(orderChange.id)),
  ]);
  const [order] = orders;
  if (order === undefined) {
    return;
  }
  for (const { id, stateAfter } of changes) {
    const type = EventType.parse(`order.${stateAfter}`);
    const { organizationId, instanceId, installationId } = order;
    await emitEvent({
      ctx,
      input: {
        organizationId,
        instanceId,
        installationId,
        type,
        subjectId: orderId,
        data: { ...presentOrder(order), state: stateAfter },
        dedupeKey: `${type}:${orderId}`,
      },
    });
    await ctx.db.update(orderChange).set({ toldAt: ctx.clock.now() }).where(eq(orderChange.id, id));
  }
}

/** After a change that is written: what cannot be told now is told by a tick, so a failure is only logged. */
export async function tellOrderSoon(ctx: Ctx, { id }: Pick<OrderRow, "id">): Promise<void> {
  try {
    await tellOrder(ctx, id);
  } catch (error) {
    ctx.log.error("order_not_told", { orderId: id, error });
  }
}

/** Tells what was not told, because whoever made the change died. */
export async function tellOrders({ ctx }: { ctx: Ctx }): Promise<void> {
  const rows = await ctx.db
    .selectDistinct({ id: orderChange.orderId })
    .from(orderChange)
    .where(and(isNull(orderChange.toldAt), lte(orderChange.createdAt, ctx.clock.now() - TELL_AFTER_MS)))
    .limit(TELL_ORDERS);
  for (const row of rows) {
    await tellOrderSoon(ctx, row);
  }
}
