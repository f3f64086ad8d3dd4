import { and, isNotNull, lte, sql } from "drizzle-orm";
import type { Ctx } from "../access/context.ts";
import { idempotencyKey } from "../db/schema/index.ts";
import { REMOVE_KEYS } from "./limits.ts";

/** Forgets idempotency keys past their time, a bounded number at once. Those that are kept for ever stay. */
export async function removeKeys({ ctx }: { ctx: Ctx }): Promise<void> {
  const { installationId, keyHash, expiresAt } = idempotencyKey;
  const isOver = and(isNotNull(expiresAt), lte(expiresAt, ctx.clock.now()));
  await ctx.db
    .delete(idempotencyKey)
    .where(
      sql`(${installationId}, ${keyHash}) in (select ${installationId}, ${keyHash} from ${idempotencyKey} where ${isOver} limit ${REMOVE_KEYS})`,
    );
}
