import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { gatewayKey } from "../../db/schema/index.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { presentGatewayKey } from "./present.ts";
import type { GatewayKey } from "./schemas.ts";

/** The organisation's gateway keys, newest first, revoked and expired ones included. */
export async function listGatewayKeys({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: PageInput;
}): Promise<Page<GatewayKey>> {
  const organizationId = requirePermission(ctx, "gateway_keys:manage");
  const rows = await ctx.db
    .select()
    .from(gatewayKey)
    .where(
      and(
        eq(gatewayKey.organizationId, organizationId),
        input.cursor === undefined ? undefined : lt(gatewayKey.id, input.cursor),
      ),
    )
    .orderBy(desc(gatewayKey.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentGatewayKey);
}
