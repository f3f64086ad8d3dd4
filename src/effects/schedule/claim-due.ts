import { and, isNotNull, lte, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { scheduledMessage } from "../../db/schema/index.ts";
import { isStillGranted, readGrantsOf } from "./is-still-granted.ts";
import { SENDING_LEASE_MS } from "./limits.ts";
import type { ScheduleRow } from "./schedule-row.ts";

/** What a message of the queue names. */
export type DueMessage = { readonly organizationId: string; readonly id: string };

export type Claim = {
  /** As claimed: `dueAt` is the end of the lease. */
  readonly row: ScheduleRow & { readonly dueAt: number };
  /** Whether the conversation may have it already: it is held there, or an earlier try died. */
  readonly isResumed: boolean;
  /** Whether its plugin's grant held at that moment. */
  readonly isGranted: boolean;
};

export type Claims = {
  readonly claims: readonly Claim[];
  /** What has come before its time: changed meanwhile, or by a clock that is ahead of this one. */
  readonly early: readonly ScheduleRow[];
};

/**
 * Claims those of the messages that are due, all in one batch, which D1 runs without anything in between: what was read
 * is what was claimed. What is over, or being sent by somebody else, is left out.
 */
export async function claimDue(
  { db, clock }: Pick<Ctx, "db" | "clock">,
  messages: readonly DueMessage[],
): Promise<Claims> {
  const now = clock.now();
  const dueAt = now + SENDING_LEASE_MS;
  const ids = JSON.stringify(messages.map(({ id }) => id));
  const isMeant = and(
    sql`(${scheduledMessage.id}, ${scheduledMessage.organizationId})
        in (select value ->> '$.id', value ->> '$.organizationId' from json_each(${JSON.stringify(messages)}))`,
    isNotNull(scheduledMessage.dueAt),
  );
  const [found, grants] = await db.batch([
    db.select().from(scheduledMessage).where(isMeant),
    readGrantsOf({ db }, ids),
    db
      .update(scheduledMessage)
      .set({ state: "sending", dueAt, updatedAt: now })
      .where(and(isMeant, lte(scheduledMessage.dueAt, now))),
  ]);
  const isDue = (row: ScheduleRow) => (row.dueAt ?? now) <= now;
  return {
    claims: found.filter(isDue).map((known) => ({
      row: { ...known, state: "sending", dueAt, updatedAt: now },
      isResumed: known.state !== "scheduled",
      isGranted: isStillGranted(known, grants),
    })),
    early: found.filter((row) => !isDue(row) && row.state !== "sending"),
  };
}
