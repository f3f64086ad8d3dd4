import { and, asc, lte, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { Db } from "../../db/client.ts";
import { scheduledMessage } from "../../db/schema/index.ts";
import { type Due, enqueueSendings } from "./enqueue-sendings.ts";
import { TICK_AHEAD_MS, TICK_PAGE_ROWS, TICK_PAGES } from "./limits.ts";

/** What is due until then, in the order of the index, which holds all of it: as many rows are read as are due. */
export function dueSchedules(db: Db, until: number, after: Due | null) {
  const { id, organizationId, dueAt } = scheduledMessage;
  return db
    .select({ id, organizationId, dueAt })
    .from(scheduledMessage)
    .where(
      and(
        lte(dueAt, until),
        after === null ? undefined : sql`(${dueAt}, ${id}) > (${after.dueAt}, ${after.id})`,
      ),
    )
    .orderBy(asc(dueAt), asc(id))
    .limit(TICK_PAGE_ROWS);
}

/**
 * Enqueues what is due until the next tick, each for its second. Whatever message was lost, its row is found again;
 * consumers claim the row, so one that is enqueued twice is done once. Returns how many it enqueued.
 */
export async function findDueSchedules({ ctx }: { ctx: Ctx }): Promise<number> {
  const now = ctx.clock.now();
  let sent = 0;
  let after: Due | null = null;
  for (let page = 0; page < TICK_PAGES; page++) {
    const rows: readonly Due[] = await dueSchedules(ctx.db, now + TICK_AHEAD_MS, after);
    await enqueueSendings(ctx, rows);
    sent += rows.length;
    after = rows.at(-1) ?? null;
    if (rows.length < TICK_PAGE_ROWS) {
      break;
    }
  }
  return sent;
}
