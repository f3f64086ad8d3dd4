import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { customerOrder } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { OrderRow } from "./order-row.ts";

/** The order of that number, for a tool that was called for the customer of a conversation. Throws `order_not_found`. */
export async function findCustomerOrder({
  ctx,
  input: { number, chatObjectId },
}: {
  ctx: Ctx;
  input: { number: string; chatObjectId: string };
}): Promise<OrderRow> {
  const organizationId = requirePermission(ctx, "tools:call");
  const row = await ctx.db
    .select()
    .from(customerOrder)
    .where(
      and(
        eq(customerOrder.organizationId, organizationId),
        eq(customerOrder.number, number),
        eq(customerOrder.chatObjectId, chatObjectId),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("order", number);
  }
  return row;
}
