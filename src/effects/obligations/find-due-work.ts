import type { Ctx } from "../../access/context.ts";
import { DUE_OBLIGATIONS, DUE_POLLS, findDue } from "./find-due.ts";
import { TICK_MS } from "./limits.ts";
import { sendWork } from "./send-work.ts";

/**
 * Enqueues what is due until the next tick, by index and a bounded number of rows, each plugin its share. Consumers
 * claim the row, so one that is enqueued twice is done once, and one whose message was lost is found again.
 */
export async function findDueWork({ ctx }: { ctx: Ctx }): Promise<void> {
  const until = ctx.clock.now() + TICK_MS;
  const [polls, obligations] = await Promise.all([
    findDue(ctx.db, DUE_POLLS, until),
    findDue(ctx.db, DUE_OBLIGATIONS, until),
  ]);
  await sendWork(ctx, "obligations.poll", polls);
  await sendWork(ctx, "obligation.act", obligations);
}
