import { desc, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { model } from "../../db/schema/index.ts";
import { DEMO_MODEL } from "./demo-model.ts";
import { presentModel } from "./present.ts";
import type { Model } from "./schemas.ts";

/** The organisation's models, newest first, for those who manage them. */
export async function listModels({ ctx }: { ctx: Ctx }): Promise<{ data: Model[]; nextCursor: null }> {
  const organizationId = requirePermission(ctx, "models:manage");
  const rows = await ctx.db
    .select()
    .from(model)
    .where(eq(model.organizationId, organizationId))
    .orderBy(desc(model.id));
  return { data: rows.map(presentModel), nextCursor: null };
}

/** What a client of the gateway may ask for: names alone, the demo model last. `createdAt` in epoch ms. */
export async function listModelNames({
  ctx,
}: {
  ctx: Ctx;
}): Promise<{ alias: string; provider: string; createdAt: number }[]> {
  const organizationId = requirePermission(ctx, "tools:call");
  const rows = await ctx.db
    .select({ alias: model.alias, provider: model.provider, createdAt: model.createdAt })
    .from(model)
    .where(eq(model.organizationId, organizationId))
    .orderBy(desc(model.id));
  return [...rows, { alias: DEMO_MODEL, provider: "demo", createdAt: 0 }];
}
