import { and, asc, eq, gte, isNotNull, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { chat, scheduledMessage, scheduledOutcome } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { AppError } from "../../kernel/errors.ts";
import { CALENDAR_DAYS_DEFAULT, CALENDAR_DAYS_MAX, CALENDAR_MAX, DAY_MS } from "./limits.ts";
import { instantOfStep } from "./recurrence.ts";
import { type ScheduleRow, timingOf } from "./schedule-row.ts";
import type { Calendar, CalendarEntry, CalendarQuery } from "./schemas.ts";

/**
 * What goes out between two times and what became of what was to, in order: one entry per sending. Throws
 * `calendar_invalid` for times that do not make a span of at most 93 days.
 */
export async function readCalendar({ ctx, input }: { ctx: Ctx; input: CalendarQuery }): Promise<Calendar> {
  const organizationId = requirePermission(ctx, "schedules:read");
  const { from, to } = spanOf(input, ctx.clock.now());
  const { instanceId, chatId, installationId } = input;
  const isAsked = and(
    eq(scheduledMessage.organizationId, organizationId),
    instanceId === undefined ? undefined : eq(scheduledMessage.instanceId, instanceId),
    installationId === undefined ? undefined : eq(scheduledMessage.installationId, installationId),
    chatId === undefined ? undefined : eq(chat.id, chatId),
  );
  // Side by side and not as a batch, which would mix up columns of the same name.
  const [coming, past] = await Promise.all([
    ctx.db
      .select({ row: scheduledMessage, chatId: chat.id })
      .from(scheduledMessage)
      .leftJoin(chat, eq(chat.objectId, scheduledMessage.chatObjectId))
      .where(and(isAsked, isNotNull(scheduledMessage.dueAt), lt(scheduledMessage.sendAt, to)))
      .orderBy(asc(scheduledMessage.sendAt))
      .limit(CALENDAR_MAX + 1),
    ctx.db
      .select({ row: scheduledMessage, chatId: chat.id, outcome: scheduledOutcome })
      .from(scheduledOutcome)
      .innerJoin(scheduledMessage, eq(scheduledMessage.id, scheduledOutcome.scheduledMessageId))
      .leftJoin(chat, eq(chat.objectId, scheduledMessage.chatObjectId))
      .where(
        and(
          isAsked,
          eq(scheduledOutcome.organizationId, organizationId),
          gte(scheduledOutcome.sendAt, from),
          lt(scheduledOutcome.sendAt, to),
        ),
      )
      .orderBy(asc(scheduledOutcome.sendAt))
      .limit(CALENDAR_MAX + 1),
  ]);
  const entries = [
    ...past.map(({ row, chatId: id, outcome }) => ({ ...describe(row, id), ...toEntry(outcome) })),
    ...coming.flatMap(({ row, chatId: id }) =>
      sendingsOf(row, from, to).map((sending) => ({ ...describe(row, id), ...toEntry(sending) })),
    ),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return {
    from: isoTime(from),
    to: isoTime(to),
    data: entries.slice(0, CALENDAR_MAX),
    isComplete: Math.max(entries.length, coming.length, past.length) <= CALENDAR_MAX,
  };
}

function spanOf(input: CalendarQuery, now: number): { from: number; to: number } {
  const from = input.from === undefined ? now : Date.parse(input.from);
  const to = input.to === undefined ? from + CALENDAR_DAYS_DEFAULT * DAY_MS : Date.parse(input.to);
  if (to <= from || to - from > CALENDAR_DAYS_MAX * DAY_MS) {
    throw new AppError("invalid", "calendar_invalid", "The calendar shows 1 to 93 days.", {
      issues: [
        { pointer: "/to", code: "out_of_range", message: "must be after `from`, by 93 days at the most" },
      ],
    });
  }
  return { from, to };
}

type Sending = Pick<CalendarEntry, "occurrence" | "state" | "reason" | "text"> & { readonly sendAt: number };

/** What is to come of a row: the next sending as it stands, and those that follow from it. */
function sendingsOf(row: ScheduleRow, from: number, to: number): Sending[] {
  const timing = timingOf(row);
  const found: Sending[] = [];
  for (let step = row.step; step < row.steps; step++) {
    const isNext = step === row.step;
    const sendAt = isNext ? row.sendAt : instantOfStep(timing, step);
    if (sendAt >= to || found.length > CALENDAR_MAX) {
      break;
    }
    if (sendAt >= from) {
      found.push({
        occurrence: row.occurrence + step - row.step,
        state: isNext ? row.state : "scheduled",
        reason: isNext ? row.reason : null,
        text: row.text,
        sendAt,
      });
    }
  }
  return found;
}

function toEntry({ occurrence, state, reason, text, sendAt }: Sending) {
  return { occurrence, at: isoTime(sendAt), state, reason, text };
}

function describe(row: ScheduleRow, chatId: string | null) {
  const { id, instanceId, installationId, createdByKind, createdById } = row;
  return {
    scheduledMessageId: id,
    instanceId,
    chatId,
    installationId,
    createdBy: { kind: createdByKind, id: createdById },
  };
}
