import { and, eq, inArray, isNull, lt, notExists } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { scheduledMessage, scheduledOutcome } from "../../db/schema/index.ts";
import { REMOVE_ROWS, RETENTION_MS } from "./limits.ts";

/** Removes outcomes of long ago, and then the messages that ended long ago and have none left. By index. */
export async function removeOldSchedules({ ctx: { db, clock } }: { ctx: Ctx }): Promise<void> {
  const before = clock.now() - RETENTION_MS;
  const oldOutcomes = db
    .select({ id: scheduledOutcome.id })
    .from(scheduledOutcome)
    .where(lt(scheduledOutcome.endedAt, before))
    .limit(REMOVE_ROWS);
  const outcomes = db
    .select({ id: scheduledOutcome.id })
    .from(scheduledOutcome)
    .where(eq(scheduledOutcome.scheduledMessageId, scheduledMessage.id));
  const oldMessages = db
    .select({ id: scheduledMessage.id })
    .from(scheduledMessage)
    .where(and(isNull(scheduledMessage.dueAt), lt(scheduledMessage.updatedAt, before), notExists(outcomes)))
    .limit(REMOVE_ROWS);
  await db.batch([
    db.delete(scheduledOutcome).where(inArray(scheduledOutcome.id, oldOutcomes)),
    db.delete(scheduledMessage).where(inArray(scheduledMessage.id, oldMessages)),
  ]);
}
