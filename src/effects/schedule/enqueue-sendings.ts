import type { Ctx } from "../../access/context.ts";
import type { WorkMessage } from "../../contract/work.ts";
import { systemClock } from "../../kernel/clock.ts";
import { SECOND_MS, SEND_MESSAGES, TICK_AHEAD_MS } from "./limits.ts";
import type { ScheduleRow } from "./schedule-row.ts";

export type Due = Pick<ScheduleRow, "id" | "organizationId" | "dueAt">;

/** Hands them to the queue, each for its second. Counted from now: a tick may begin late, and takes its time. */
export async function enqueueSendings(
  { work, clock }: Pick<Ctx, "work" | "clock">,
  rows: readonly Due[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += SEND_MESSAGES) {
    const now = Math.max(clock.now(), systemClock.now());
    await work.sendBatch(
      rows.slice(start, start + SEND_MESSAGES).map(({ id, organizationId, dueAt }) => ({
        body: { type: "schedule.send", organizationId, id } satisfies WorkMessage,
        delaySeconds: Math.max(0, Math.ceil(((dueAt ?? now) - now) / SECOND_MS)),
      })),
    );
  }
}

/**
 * The same for what has just been set to a time before the next tick will have looked. What the queue does not take is
 * found by that tick, so this never throws.
 */
export async function enqueueSoon(
  ctx: Pick<Ctx, "work" | "clock" | "log">,
  rows: readonly Due[],
): Promise<void> {
  const until = ctx.clock.now() + TICK_AHEAD_MS;
  try {
    await enqueueSendings(
      ctx,
      rows.filter(({ dueAt }) => dueAt !== null && dueAt <= until),
    );
  } catch (error) {
    ctx.log.error("schedule_work_not_sent", { error });
  }
}
