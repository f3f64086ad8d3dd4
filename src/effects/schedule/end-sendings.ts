/** How a claimed sending ends, and what follows it; many at once, each by a guard of its own. */
import { and, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Ctx } from "../../access/context.ts";
import type { ScheduleOutcome } from "../../contract/schedule.ts";
import { scheduledMessage, scheduledOutcome } from "../../db/schema/index.ts";
import { type Happening, planEvents } from "../events/index.ts";
import type { Claim } from "./claim-due.ts";
import { MISSED_MAX, SECOND_MS } from "./limits.ts";
import { presentSchedule } from "./present.ts";
import { instantOfStep } from "./recurrence.ts";
import { type ScheduleRow, timingOf } from "./schedule-row.ts";

/** How one sending ended. */
export type Ended = { readonly state: ScheduleOutcome; readonly reason: string | null };

/** What is written into a claimed row; what is left out stays. */
type Next = Pick<ScheduleRow, "state" | "dueAt"> &
  Partial<Pick<ScheduleRow, "reason" | "step" | "occurrence" | "sendAt" | "version">>;

/** A line of the history. */
type Line = Ended & Pick<ScheduleRow, "occurrence" | "sendAt">;

export type Settlement = {
  readonly row: Claim["row"];
  readonly next: Next;
  /** Oldest first; none for what goes on. */
  readonly lines: readonly Line[];
};

/**
 * The end of a sending with the one that follows it. What follows and is too late as well, because nothing was sent
 * for long, ends with it as `missed`, a line each, so that the next one in time goes out in time.
 */
export function endOf(row: Claim["row"], ended: Ended, now: number): Settlement {
  const lines: Line[] = [{ ...ended, occurrence: row.occurrence, sendAt: row.sendAt }];
  for (let step = row.step + 1; step < row.steps; step++) {
    const sendAt = instantOfStep(timingOf(row), step);
    const occurrence = row.occurrence + lines.length;
    if (now - sendAt <= row.sendIfLateBy * SECOND_MS || lines.length === MISSED_MAX) {
      return {
        row,
        lines,
        next: { state: "scheduled", reason: null, step, occurrence, sendAt, dueAt: sendAt },
      };
    }
    lines.push({ state: "missed", reason: "too_late", occurrence, sendAt });
  }
  const last = lines.at(-1) ?? ended;
  const { occurrence, sendAt } = { ...row, ...last };
  const step = row.step + lines.length - 1;
  const { state, reason } = last;
  return { row, lines, next: { state, reason, step, occurrence, sendAt, dueAt: null } };
}

/**
 * Writes down what became of claimed sendings: events, lines of the history and rows, all or nothing. A row that
 * another try has taken meanwhile, because the lease ran out, stays as it is.
 */
export async function settleSendings(ctx: Ctx, settlements: readonly Settlement[]): Promise<void> {
  const now = ctx.clock.now();
  const events = await planEvents({ ctx, input: settlements.flatMap(happeningsOf) });
  const lines = settlements.flatMap(({ row, lines }) =>
    lines.map((line) => ({ ...line, lineOf: line.occurrence, ...claimOf(row) })),
  );
  const rows = settlements.map(({ row, next }) => ({ next: { ...nextOf(row), ...next }, ...claimOf(row) }));
  const statements = [
    ...events.statements,
    insertLines(ctx, JSON.stringify(lines), now),
    updateRows(ctx, JSON.stringify(rows), now),
  ];
  await ctx.db.batch(statements as unknown as [BatchItem<"sqlite">, ...BatchItem<"sqlite">[]]);
  await events.send();
}

function happeningsOf({ row, lines }: Settlement): Happening[] {
  const { id, organizationId, instanceId, installationId } = row;
  return lines.map(({ state, reason, occurrence, sendAt }) => {
    const step = row.step + occurrence - row.occurrence;
    return {
      organizationId,
      instanceId,
      installationId,
      type: state === "sent" ? "message.sent" : "message.failed",
      subjectId: id,
      data: {
        ...presentSchedule({ ...row, step, occurrence, sendAt }),
        state,
        reason,
        scheduledMessageId: id,
      },
      dedupeKey: `schedule:${id}:${occurrence}`,
    };
  });
}

/** What a row says that is still this try's: one whose lease ran out has been taken by another. */
function claimOf({ id, occurrence, version, dueAt }: Claim["row"]) {
  return { id, occurrence, version, leaseEndsAt: dueAt };
}

function nextOf({ reason, step, occurrence, sendAt, version }: Claim["row"]) {
  return { reason, step, occurrence, sendAt, version };
}

const IS_CLAIMED = sql`${scheduledMessage.id} = value ->> '$.id'
  and ${scheduledMessage.state} = 'sending'
  and ${scheduledMessage.occurrence} = value ->> '$.occurrence'
  and ${scheduledMessage.version} = value ->> '$.version'
  and ${scheduledMessage.dueAt} = value ->> '$.leaseEndsAt'`;

function insertLines({ db }: Ctx, lines: string, now: number) {
  const { id, organizationId, text } = scheduledMessage;
  // In the order of the table's columns.
  return db
    .insert(scheduledOutcome)
    .select(
      sql`select ${id} || ':' || (value ->> '$.lineOf'), ${organizationId}, ${id}, value ->> '$.lineOf', ${text},
                 value ->> '$.sendAt', value ->> '$.state', value ->> '$.reason', ${now}
          from json_each(${lines}) cross join ${scheduledMessage} where ${IS_CLAIMED}`,
    )
    .onConflictDoNothing();
}

function updateRows({ db }: Ctx, rows: string, now: number) {
  const next = (name: keyof Next) => sql.raw(`value ->> '$.next.${name}'`) as SQL<never>;
  return db
    .update(scheduledMessage)
    .set({
      state: next("state"),
      reason: next("reason"),
      step: next("step"),
      occurrence: next("occurrence"),
      sendAt: next("sendAt"),
      version: next("version"),
      dueAt: next("dueAt"),
      updatedAt: now,
    })
    .from(sql`json_each(${rows})`)
    .where(and(sql`${scheduledMessage.id} in (select value ->> '$.id' from json_each(${rows}))`, IS_CLAIMED));
}
