import { and, asc, eq, lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { obligation, obligationPoll } from "../../db/schema/index.ts";
import { DUE_ROWS, TICK_MS } from "./limits.ts";
import { sendWork } from "./send-work.ts";

/**
 * Enqueues what is due until the next tick, by index and a bounded number of rows, the longest overdue first. Consumers
 * claim the row, so one that is enqueued twice is done once, and one whose message was lost is found again.
 */
export async function findDueWork({ ctx }: { ctx: Ctx }): Promise<void> {
  const until = ctx.clock.now() + TICK_MS;
  const [polls, obligations] = await ctx.db.batch([
    ctx.db
      .select({
        id: obligationPoll.id,
        organizationId: obligationPoll.organizationId,
        dueAt: obligationPoll.nextPollAt,
      })
      .from(obligationPoll)
      .where(lte(obligationPoll.nextPollAt, until))
      .orderBy(asc(obligationPoll.nextPollAt))
      .limit(DUE_ROWS),
    ctx.db
      .select({ id: obligation.id, organizationId: obligation.organizationId, dueAt: obligation.nextActAt })
      .from(obligation)
      .where(and(eq(obligation.state, "waiting"), lte(obligation.nextActAt, until)))
      .orderBy(asc(obligation.nextActAt))
      .limit(DUE_ROWS),
  ]);
  await sendWork(ctx, "obligations.poll", polls.map(withTime));
  await sendWork(ctx, "obligation.act", obligations.map(withTime));
}

function withTime<Row extends { dueAt: number | null }>({ dueAt, ...row }: Row) {
  return { ...row, dueAt: dueAt ?? 0 };
}
