import { and, eq, lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { pluginSecret } from "../../db/schema/index.ts";

/** Destroys the secrets whose overlap has ended. A platform job; verification checks the time itself as well. */
export async function expireSecrets({ ctx }: { ctx: Ctx }): Promise<void> {
  await ctx.db
    .update(pluginSecret)
    .set({ status: "revoked", secretSealed: null })
    .where(and(eq(pluginSecret.status, "retiring"), lte(pluginSecret.expiresAt, ctx.clock.now())));
}
