import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { instance } from "../../db/schema/index.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { presentInstance } from "./present.ts";
import type { Instance } from "./schemas.ts";

/** The organisation's instances, newest first. */
export async function listInstances({ ctx, input }: { ctx: Ctx; input: PageInput }): Promise<Page<Instance>> {
  const organizationId = requirePermission(ctx, "instances:read");
  const rows = await ctx.db
    .select()
    .from(instance)
    .where(
      and(
        eq(instance.organizationId, organizationId),
        input.cursor === undefined ? undefined : lt(instance.id, input.cursor),
      ),
    )
    .orderBy(desc(instance.id))
    .limit(input.limit + 1);
  const { data, nextCursor } = toPage(rows, input.limit, (row) => row);
  return { data: await Promise.all(data.map((row) => presentInstance(ctx, row))), nextCursor };
}
