/** Obligations for the calendar: what is to be reminded or escalated, again and again, and what became of it. */
import { and, asc, eq, isNotNull, lt, ne, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { obligation, obligationChange } from "../../db/schema/index.ts";
import {
  type CalendarPart,
  type CalendarRead,
  type Entry,
  isAsked,
  isBehind,
  SCAN_ROWS,
  takeFirst,
  toPart,
} from "../calendar-entry.ts";
import { dueAtOf } from "./next-round.ts";
import type { ObligationRow } from "./obligation-row.ts";

/** All parts, each of a bounded number of rows that are found by index. */
export async function readDuties(ctx: Ctx, read: CalendarRead): Promise<CalendarPart[]> {
  return Promise.all([readNext(ctx, read), readLater(ctx, read), readPast(ctx, read)]);
}

const isWaiting = sql`${obligation.state} = 'waiting'`;

/** The next round of each. */
async function readNext({ db }: Ctx, read: CalendarRead): Promise<CalendarPart> {
  const { nextActAt, id } = obligation;
  const rows = await db
    .select()
    .from(obligation)
    .where(and(narrowest(read), isWaiting, isBehind(read, nextActAt, id), lt(nextActAt, read.to)))
    .orderBy(asc(nextActAt), asc(id))
    .limit(SCAN_ROWS);
  return toPart(rows.map(toNext), read);
}

/** The condition that leaves the fewest rows, by its index. The plus keeps the organisation's own index out of it. */
function narrowest({ organizationId, chatObjectId, installationId }: CalendarRead): SQL | undefined {
  const one =
    chatObjectId !== undefined
      ? eq(obligation.chatObjectId, chatObjectId)
      : installationId !== undefined
        ? eq(obligation.installationId, installationId)
        : undefined;
  return one === undefined
    ? eq(obligation.organizationId, organizationId)
    : and(one, sql`+${obligation.organizationId} = ${organizationId}`);
}

/** The rounds after the next one, soonest first. */
async function readLater({ db }: Ctx, read: CalendarRead): Promise<CalendarPart> {
  if (read.state !== undefined && read.state !== "scheduled") {
    return { entries: [], reached: null, isComplete: true };
  }
  const isOfChat =
    read.chatObjectId === undefined
      ? eq(obligation.organizationId, read.organizationId)
      : and(
          eq(obligation.chatObjectId, read.chatObjectId),
          sql`+${obligation.organizationId} = ${read.organizationId}`,
        );
  const rows = await db
    .select()
    .from(obligation)
    .where(and(isOfChat, isWaiting, isNotNull(obligation.everyHours)))
    .orderBy(asc(obligation.id))
    .limit(SCAN_ROWS);
  const { entries, hasMore } = takeFirst(
    rows.map((row) => roundsAfterNext(row, read)),
    read.limit + 1,
  );
  return { entries, reached: hasMore ? (entries.at(-1) ?? null) : null, isComplete: rows.length < SCAN_ROWS };
}

function* roundsAfterNext(row: ObligationRow, read: CalendarRead): Generator<Entry, undefined> {
  for (let later = 1; later < row.timesLeft; later++) {
    const round = row.round + later;
    const at = dueAtOf({ ...row, round });
    if (at >= read.to) {
      return;
    }
    const entry = toEntry(row, { at, round, state: "scheduled", reason: null });
    if (isAsked(entry, read)) {
      yield entry;
    }
  }
}

/** What became of each round, at the time of its end. */
async function readPast({ db }: Ctx, read: CalendarRead): Promise<CalendarPart> {
  const { organizationId, createdAt, what, obligationId } = obligationChange;
  const isOfChat =
    read.chatObjectId === undefined
      ? eq(organizationId, read.organizationId)
      : and(eq(obligation.chatObjectId, read.chatObjectId), sql`+${organizationId} = ${read.organizationId}`);
  const rows = await db
    .select({ row: obligation, change: obligationChange })
    .from(obligationChange)
    .innerJoin(obligation, eq(obligation.id, obligationId))
    .where(
      and(
        isOfChat,
        sql`${what} <> 'held'`,
        ne(what, "waiting"),
        isBehind(read, createdAt, obligationId),
        lt(createdAt, read.to),
      ),
    )
    .orderBy(asc(createdAt), asc(obligationId))
    .limit(SCAN_ROWS);
  return toPart(
    rows.flatMap(({ row, change }) =>
      change.what === "held" || change.what === "waiting"
        ? []
        : [
            toEntry(row, {
              at: change.createdAt,
              round: change.round,
              state: change.what,
              reason: change.reason,
            }),
          ],
    ),
    read,
  );
}

function toNext(row: ObligationRow): Entry {
  const state = row.attempts > 0 ? "sending" : row.reason === null ? "scheduled" : "held";
  const at = row.nextActAt ?? row.dueAt;
  const entry = toEntry(row, { at, round: row.round, state, reason: row.reason });
  return { ...entry, nextTryAt: state === "scheduled" ? null : at };
}

type Round = Pick<Entry, "at" | "state" | "reason"> & { readonly round: number };

function toEntry(row: ObligationRow, { at, round, state, reason }: Round): Entry {
  const { id, instanceId, installationId, chatObjectId, externalId, title, source } = row;
  return {
    kind: row.action,
    at,
    id,
    occurrence: round,
    state,
    reason,
    nextTryAt: null,
    text: row.message,
    instanceId,
    installationId,
    chatObjectId,
    askedBy: { kind: "plugin", id: installationId },
    recurrence: null,
    everyHours: row.everyHours,
    occurrences: row.round + Math.max(row.timesLeft, 1) - 1,
    obligation: { externalId, title, source, dueAt: dueAtOf({ ...row, round }) },
  };
}
