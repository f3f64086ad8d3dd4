import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { type catalogItem, customerOrder } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";

export type OrderRow = typeof customerOrder.$inferSelect;
export type ItemRow = typeof catalogItem.$inferSelect;

/** What was ordered, as it is stored with the order. */
export type OrderLine = {
  readonly itemId: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** Minor units, as the catalogue said when the order was placed. */
  readonly unitAmount: number;
};

export function linesOf({ items }: Pick<OrderRow, "items">): readonly OrderLine[] {
  return JSON.parse(items) as readonly OrderLine[];
}

/**
 * The order, for verbs that have checked their permission. Throws `order_not_found` for another organisation's, and for
 * one of somebody else's when the actor is a plugin without `any`, null when there is no such permission.
 */
export async function findOrderFor(
  ctx: Pick<Ctx, "db" | "actor">,
  organizationId: string,
  id: string,
  any: BridgePermission | null,
): Promise<OrderRow> {
  const row = await ctx.db
    .select()
    .from(customerOrder)
    .where(and(eq(customerOrder.id, id), eq(customerOrder.organizationId, organizationId)))
    .get();
  const { actor } = ctx;
  const isTheirs =
    actor.kind !== "plugin" ||
    row?.installationId === actor.id ||
    (any !== null && actor.permissions.has(any));
  if (row === undefined || !isTheirs) {
    throw notFound("order", id);
  }
  return row;
}
