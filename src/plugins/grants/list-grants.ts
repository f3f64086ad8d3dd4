import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { installation, instanceGrant, plugin } from "../../db/schema/index.ts";
import { type PageInput, toPage } from "../../kernel/page.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { presentGrant } from "./schemas.ts";

/** The grants of one number, newest first, revoked ones included. */
export async function listGrants({ ctx, input }: { ctx: Ctx; input: PageInput & { instanceId: string } }) {
  const organizationId = requirePermission(ctx, "plugins:read");
  const instance = await findInstance({ ctx, id: input.instanceId });
  const rows = await ctx.db
    .select({ grant: instanceGrant, slug: plugin.slug, id: instanceGrant.id })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .innerJoin(plugin, eq(plugin.id, installation.pluginId))
    .where(
      and(
        eq(instanceGrant.organizationId, organizationId),
        eq(instanceGrant.instanceId, instance.id),
        input.cursor ? lt(instanceGrant.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(instanceGrant.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => presentGrant(row.grant, row.slug));
}
