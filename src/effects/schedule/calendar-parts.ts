/** Scheduled messages for the calendar: what is to be sent, what follows from it, and what became of what was. */
import { and, asc, eq, isNotNull, lt, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { scheduledMessage, scheduledOutcome } from "../../db/schema/index.ts";
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
import { DAY_MS } from "./limits.ts";
import { instantOfStep } from "./recurrence.ts";
import { type ScheduleRow, timingOf } from "./schedule-row.ts";

/** All parts, each of a bounded number of rows that are found by index. */
export async function readSendings(ctx: Ctx, read: CalendarRead): Promise<CalendarPart[]> {
  return Promise.all([readNext(ctx, read), readLater(ctx, read), readPast(ctx, read)]);
}

/** The next sending of each message. */
async function readNext({ db }: Ctx, read: CalendarRead): Promise<CalendarPart> {
  const { sendAt, id } = scheduledMessage;
  const rows = await db
    .select()
    .from(scheduledMessage)
    .where(
      and(
        narrowest(read),
        isNotNull(scheduledMessage.dueAt),
        isBehind(read, sendAt, id),
        lt(sendAt, read.to),
      ),
    )
    .orderBy(asc(sendAt), asc(id))
    .limit(SCAN_ROWS);
  return toPart(
    rows.map((row) => toEntry(row, row)),
    read,
  );
}

/** The condition that leaves the fewest rows, by its index. The plus keeps the organisation's own index out of it. */
function narrowest({
  organizationId,
  chatObjectId,
  installationId,
  instanceId,
}: CalendarRead): SQL | undefined {
  const { chatObjectId: chat, ownerId, instanceId: number, organizationId: organization } = scheduledMessage;
  const one =
    chatObjectId !== undefined
      ? eq(chat, chatObjectId)
      : installationId !== undefined
        ? eq(ownerId, installationId)
        : instanceId !== undefined
          ? eq(number, instanceId)
          : undefined;
  return one === undefined
    ? eq(organization, organizationId)
    : and(one, sql`+${organization} = ${organizationId}`);
}

/** The sendings after the next one. Only times recur, so they are made from the rows, soonest first. */
async function readLater({ db }: Ctx, read: CalendarRead): Promise<CalendarPart> {
  if (read.state !== undefined && read.state !== "scheduled") {
    return { entries: [], reached: null, isComplete: true };
  }
  const { organizationId, chatObjectId, dueAt, recurrence, sendAt } = scheduledMessage;
  const rows = await db
    .select()
    .from(scheduledMessage)
    .where(
      and(
        read.chatObjectId === undefined
          ? eq(organizationId, read.organizationId)
          : and(eq(chatObjectId, read.chatObjectId), sql`+${organizationId} = ${read.organizationId}`),
        isNotNull(dueAt),
        isNotNull(recurrence),
        lt(sendAt, read.to),
      ),
    )
    .orderBy(asc(sendAt))
    .limit(SCAN_ROWS);
  const { entries, hasMore } = takeFirst(
    rows.map((row) => sendingsAfterNext(row, read)),
    read.limit + 1,
  );
  return { entries, reached: hasMore ? (entries.at(-1) ?? null) : null, isComplete: rows.length < SCAN_ROWS };
}

function* sendingsAfterNext(row: ScheduleRow, read: CalendarRead): Generator<Entry, undefined> {
  const timing = timingOf(row);
  const from = Math.max(read.from, read.after?.at ?? 0);
  for (let step = firstStep(row, from); step < row.steps; step++) {
    const sendAt = instantOfStep(timing, step);
    if (sendAt >= read.to) {
      return;
    }
    const occurrence = row.occurrence + step - row.step;
    const entry = toEntry(row, { sendAt, occurrence, state: "scheduled", reason: null, text: row.text });
    if (isAsked(entry, read)) {
      yield entry;
    }
  }
}

/** A step near that time, and none too late: months count as their longest. */
function firstStep({ recurrence, sendAt, step }: ScheduleRow, from: number): number {
  const days = { day: 1, week: 7, month: 31 }[recurrence?.every ?? "day"] * (recurrence?.interval ?? 1);
  return step + Math.max(1, Math.floor((from - sendAt) / (days * DAY_MS)) - 1);
}

/** What became of what was to be sent. */
async function readPast({ db }: Ctx, read: CalendarRead): Promise<CalendarPart> {
  const { organizationId, sendAt, scheduledMessageId } = scheduledOutcome;
  const isOfChat =
    read.chatObjectId === undefined
      ? eq(organizationId, read.organizationId)
      : and(
          eq(scheduledMessage.chatObjectId, read.chatObjectId),
          sql`+${organizationId} = ${read.organizationId}`,
        );
  const rows = await db
    .select({ row: scheduledMessage, outcome: scheduledOutcome })
    .from(scheduledOutcome)
    .innerJoin(scheduledMessage, eq(scheduledMessage.id, scheduledMessageId))
    .where(and(isOfChat, isBehind(read, sendAt, scheduledMessageId), lt(sendAt, read.to)))
    .orderBy(asc(sendAt), asc(scheduledMessageId))
    .limit(SCAN_ROWS);
  return toPart(
    rows.map(({ row, outcome }) => toEntry(row, outcome)),
    read,
  );
}

type Sending = Pick<ScheduleRow, "sendAt" | "occurrence" | "state" | "reason" | "text">;

function toEntry(row: ScheduleRow, { sendAt: at, occurrence, state, reason, text }: Sending): Entry {
  const { id, instanceId, installationId, chatObjectId } = row;
  return {
    kind: "message",
    at,
    id,
    occurrence,
    state,
    reason,
    nextTryAt: state === "held" || state === "sending" ? row.dueAt : null,
    text,
    instanceId,
    installationId,
    chatObjectId,
    askedBy: { kind: row.createdByKind, id: row.createdById },
    recurrence: row.recurrence,
    everyHours: null,
    occurrences: row.occurrence + row.steps - row.step - 1,
    obligation: null,
  };
}
