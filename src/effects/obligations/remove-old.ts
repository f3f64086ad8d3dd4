import { and, asc, inArray, isNotNull, lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { obligation } from "../../db/schema/index.ts";
import { REMOVE_ROWS } from "./limits.ts";

/**
 * Forgets obligations whose time is over, with what became of them, the oldest first and a bounded number at once.
 * Asked for again, such a one is a new one.
 */
export async function removeOldObligations({ ctx: { db, clock } }: { ctx: Ctx }): Promise<void> {
  await db.delete(obligation).where(
    inArray(
      obligation.id,
      db
        .select({ id: obligation.id })
        .from(obligation)
        .where(and(isNotNull(obligation.removeAt), lte(obligation.removeAt, clock.now())))
        .orderBy(asc(obligation.removeAt))
        .limit(REMOVE_ROWS),
    ),
  );
}
