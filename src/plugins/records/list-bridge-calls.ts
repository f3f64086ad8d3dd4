import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { bridgeCall } from "../../db/schema/index.ts";
import { toPage } from "../../kernel/page.ts";
import { type BridgeCallsQuery, presentBridgeCall } from "./schemas.ts";

/** What plugins asked of the platform, refusals included, newest first; only what fits every filter given. */
export async function listBridgeCalls({ ctx, input }: { ctx: Ctx; input: BridgeCallsQuery }) {
  const organizationId = requirePermission(ctx, "calls:read");
  const rows = await ctx.db
    .select()
    .from(bridgeCall)
    .where(
      and(
        eq(bridgeCall.organizationId, organizationId),
        input.instanceId ? eq(bridgeCall.instanceId, input.instanceId) : undefined,
        input.installationId ? eq(bridgeCall.installationId, input.installationId) : undefined,
        input.operation ? eq(bridgeCall.operation, input.operation) : undefined,
        input.status ? eq(bridgeCall.status, input.status) : undefined,
        input.gate ? eq(bridgeCall.gate, input.gate) : undefined,
        input.cursor ? lt(bridgeCall.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(bridgeCall.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentBridgeCall);
}
