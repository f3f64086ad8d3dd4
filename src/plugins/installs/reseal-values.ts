import { eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../../access/context.ts";
import { installation, pluginSecret } from "../../db/schema/index.ts";
import { RESEAL_ROWS } from "./limits.ts";
import { SEALED } from "./secrets.ts";

/**
 * Seals again, with the newest master key, what an older one sealed: a bounded number of rows of each table at
 * once. When nothing is left, an old key can leave the ring. A row that changed meanwhile is left for the next
 * time.
 *
 * @returns how many rows were found; 0 means that nothing is stale.
 */
export async function resealValues({ ctx }: { ctx: Ctx }): Promise<number> {
  const { newestPrefix } = ctx.keyRing;
  const isStale = (column: AnySQLiteColumn): SQL =>
    sql`(${isNotNull(column)} and substr(${column}, 1, ${newestPrefix.length}) <> ${newestPrefix})`;
  const reseal = async (sealed: string | null, purpose: string) =>
    sealed === null || sealed.startsWith(newestPrefix)
      ? sealed
      : ctx.keyRing.seal(await ctx.keyRing.open(sealed, purpose), purpose);

  const installations = await ctx.db
    .select({
      id: installation.id,
      config: installation.configSealed,
      userHashKey: installation.userHashKeySealed,
    })
    .from(installation)
    .where(sql`${isStale(installation.configSealed)} or ${isStale(installation.userHashKeySealed)}`)
    .limit(RESEAL_ROWS);
  for (const row of installations) {
    await ctx.db
      .update(installation)
      .set({
        configSealed: await reseal(row.config, SEALED.config),
        userHashKeySealed: await reseal(row.userHashKey, SEALED.userHashKey),
      })
      .where(
        sql`${eq(installation.id, row.id)} and ${installation.configSealed} is ${row.config} and ${installation.userHashKeySealed} is ${row.userHashKey}`,
      );
  }

  const secrets = await ctx.db
    .select({ id: pluginSecret.id, secret: pluginSecret.secretSealed })
    .from(pluginSecret)
    .where(isStale(pluginSecret.secretSealed))
    .limit(RESEAL_ROWS);
  for (const row of secrets) {
    await ctx.db
      .update(pluginSecret)
      .set({ secretSealed: await reseal(row.secret, SEALED.secret) })
      .where(sql`${eq(pluginSecret.id, row.id)} and ${pluginSecret.secretSealed} is ${row.secret}`);
  }
  return installations.length + secrets.length;
}
