import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { pluginEvent } from "../../db/schema/index.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { type EventQuery, type PluginEvent, presentEvent } from "./schemas.ts";

/** What first-party plugins let people know, newest first. */
export async function listEvents({
  ctx,
  input: { limit, cursor, installationId },
}: {
  ctx: Ctx;
  input: EventQuery;
}): Promise<Page<PluginEvent>> {
  const organizationId = requirePermission(ctx, "calls:read");
  const rows = await ctx.db
    .select()
    .from(pluginEvent)
    .where(
      and(
        eq(pluginEvent.organizationId, organizationId),
        cursor === undefined ? undefined : lt(pluginEvent.id, cursor),
        installationId === undefined ? undefined : eq(pluginEvent.installationId, installationId),
      ),
    )
    .orderBy(desc(pluginEvent.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentEvent);
}
