import { and, eq, inArray, lt, notExists } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { event, eventDelivery } from "../../db/schema/index.ts";
import { REMOVE_ROWS, RETENTION_MS } from "./limits.ts";

/** Removes events of long ago. One that still waits, or lies dead for a person to see, stays. */
export async function removeOldEvents({ ctx }: { ctx: Ctx }): Promise<void> {
  const open = ctx.db
    .select({ id: eventDelivery.id })
    .from(eventDelivery)
    .where(and(eq(eventDelivery.eventId, event.id), inArray(eventDelivery.state, ["pending", "dead"])));
  const old = ctx.db
    .select({ id: event.id })
    .from(event)
    .where(and(lt(event.createdAt, ctx.clock.now() - RETENTION_MS), notExists(open)))
    .limit(REMOVE_ROWS);
  await ctx.db.delete(event).where(inArray(event.id, old));
}
