import { and, asc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { catalogItem } from "../../db/schema/index.ts";
import { likePart } from "./like-part.ts";
import type { ItemRow } from "./order-row.ts";

/** What the shop sells and has, by a part of the name, the description or the SKU; by name, at most `limit`. */
export async function searchCatalog({
  ctx,
  input: { q, limit },
}: {
  ctx: Ctx;
  input: { q: string; limit: number };
}): Promise<ItemRow[]> {
  const organizationId = requirePermission(ctx, "tools:call");
  const part = likePart(q);
  return ctx.db
    .select()
    .from(catalogItem)
    .where(
      and(
        eq(catalogItem.organizationId, organizationId),
        eq(catalogItem.state, "imported"),
        or(isNull(catalogItem.stock), gt(catalogItem.stock, 0)),
        or(
          sql`${catalogItem.name} like ${part} escape '\\'`,
          sql`${catalogItem.description} like ${part} escape '\\'`,
          sql`${catalogItem.sku} like ${part} escape '\\'`,
        ),
      ),
    )
    .orderBy(asc(catalogItem.name), asc(catalogItem.id))
    .limit(limit);
}
