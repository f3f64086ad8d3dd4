import { and, asc, eq, lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { eventDelivery } from "../../db/schema/index.ts";
import { DUE_ROWS } from "./limits.ts";
import { isFirstOfItsSubject } from "./order.ts";
import { sendEventWork } from "./send-event-work.ts";

/** Enqueues deliveries that are due: retries, and what was lost on the way. One that is enqueued twice is tried once. */
export async function findDueDeliveries({ ctx }: { ctx: Ctx }): Promise<void> {
  const due = await ctx.db
    .select({ id: eventDelivery.id, organizationId: eventDelivery.organizationId })
    .from(eventDelivery)
    .where(
      and(
        eq(eventDelivery.state, "pending"),
        lte(eventDelivery.nextAttemptAt, ctx.clock.now()),
        isFirstOfItsSubject(),
      ),
    )
    .orderBy(asc(eventDelivery.nextAttemptAt))
    .limit(DUE_ROWS);
  await sendEventWork(ctx, due);
}
