import type { Ctx } from "../../access/context.ts";
import { expireOrders } from "./expire-orders.ts";
import { tellOrders } from "./tell-order.ts";

/** Each minute: orders that were not paid in time are cancelled, and events that were lost are emitted. */
export async function keepOrders(ctx: Ctx): Promise<void> {
  const cancelled = await expireOrders({ ctx });
  await tellOrders({ ctx });
  if (cancelled > 0) {
    ctx.log.info("orders_expired", { orders: cancelled });
  }
}
