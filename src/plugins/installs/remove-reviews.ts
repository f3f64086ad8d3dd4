import { lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { pluginReview } from "../../db/schema/index.ts";

/** Deletes reviews that have expired. */
export async function removeReviews({ ctx }: { ctx: Ctx }): Promise<void> {
  await ctx.db.delete(pluginReview).where(lte(pluginReview.expiresAt, ctx.clock.now()));
}
