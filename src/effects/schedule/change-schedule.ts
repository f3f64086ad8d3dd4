import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { ChangeSchedule, Recurrence, SendAt } from "../../contract/schedule.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { scheduledMessage } from "../../db/schema/index.ts";
import { enqueueSoon } from "./enqueue-sendings.ts";
import { formatWallClock } from "./local-time.ts";
import { invalidSchedule, requireTemplate, requireTiming } from "./plan-schedule.ts";
import { wallClockOfStep } from "./recurrence.ts";
import {
  dedupeKeyOf,
  findSchedule,
  notOpen,
  OPEN_STATES,
  reachOf,
  SCHEDULE_PERMISSIONS,
  type ScheduleRow,
  timingOf,
} from "./schedule-row.ts";

export type ChangePlan = { readonly row: ScheduleRow; readonly set: Partial<ScheduleRow> };

/**
 * What a change would make of a message that has not begun to go out. Reads, and changes nothing. Throws
 * `scheduled_message_not_found`, `scheduled_message_not_open`, `schedule_invalid`.
 */
export async function planChange({
  ctx,
  input: { id, change },
}: {
  ctx: Ctx;
  input: { id: string; change: ChangeSchedule };
}): Promise<ChangePlan> {
  const row = await findOwn(ctx, id);
  requireOpen(row);
  if (change.template) {
    await requireTemplate(ctx, row.instanceId, change.template);
  }
  const { text, template, sendIfLateBy, isUrgent, whenClosed } = change;
  return {
    row,
    set: {
      ...(text !== undefined && { text }),
      ...(template !== undefined && { template }),
      ...(sendIfLateBy !== undefined && { sendIfLateBy }),
      ...(isUrgent !== undefined && { isUrgent }),
      ...(whenClosed !== undefined && { whenClosed }),
      ...([change.sendAt, change.timeZone, change.recurrence].some((value) => value !== undefined) &&
        retime(row, change, ctx.clock.now())),
    },
  };
}

/** Makes the change, unless the message has begun to go out since: `scheduled_message_not_open`. */
export async function changeSchedule({
  ctx,
  input: { plan },
}: {
  ctx: Ctx;
  input: { plan: ChangePlan };
}): Promise<ScheduleRow> {
  return write(ctx, plan.row, "scheduled_message.changed", plan.set);
}

/** The message, when it can be cancelled or is already. Throws `scheduled_message_not_found`, `scheduled_message_not_open`. */
export async function planCancel({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<ScheduleRow> {
  const row = await findOwn(ctx, id);
  requireCancellable(row);
  return row;
}

/** Cancels it with all that was to follow, unless it has begun to go out since. */
export async function cancelSchedule({
  ctx,
  input: { row },
}: {
  ctx: Ctx;
  input: { row: ScheduleRow };
}): Promise<ScheduleRow> {
  return cancelOpen(ctx, row);
}

/** The same for verbs that have checked a permission of their own. Throws `scheduled_message_not_open`. */
export async function cancelOpen(ctx: Ctx, row: ScheduleRow): Promise<ScheduleRow> {
  requireCancellable(row);
  if (row.state === "cancelled") {
    return row;
  }
  return write(ctx, row, "scheduled_message.cancelled", { state: "cancelled", reason: null, dueAt: null });
}

async function findOwn(ctx: Ctx, id: string): Promise<ScheduleRow> {
  const organizationId = requireEffect(ctx, { control: "schedules:write", bridge: SCHEDULE_PERMISSIONS });
  return findSchedule(ctx, organizationId, id, reachOf(ctx));
}

/** Cancelling what is cancelled is done already: a call that is repeated after a crash comes here again. */
function requireCancellable(row: ScheduleRow): void {
  if (row.state !== "cancelled") {
    requireOpen(row);
  }
}

function requireOpen(row: ScheduleRow): void {
  if (!OPEN_STATES.some((state) => state === row.state)) {
    throw notOpen(row);
  }
}

/** The guard is the version: what has changed or begun meanwhile is left as it is. */
async function write(
  ctx: Ctx,
  row: ScheduleRow,
  action: string,
  set: Partial<ScheduleRow>,
): Promise<ScheduleRow> {
  const { id, organizationId, version, state } = row;
  const now = ctx.clock.now();
  if (state === "held") {
    await takeBack(ctx, row);
  }
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action,
      subjectType: "scheduled_message",
      subjectId: id,
      detail: { changed: Object.keys(set) },
    },
    [
      ctx.db
        .update(scheduledMessage)
        .set({
          ...(state === "held" && { state: "scheduled", dueAt: now }),
          ...set,
          version: version + 1,
          updatedAt: now,
        })
        .where(
          and(
            eq(scheduledMessage.id, id),
            eq(scheduledMessage.organizationId, organizationId),
            eq(scheduledMessage.version, version),
            eq(scheduledMessage.state, state),
          ),
        ),
    ],
  );
  const current = await findSchedule(ctx, organizationId, id, null);
  if (changed === 0) {
    throw notOpen(current);
  }
  await enqueueSoon(ctx, [current]);
  return current;
}

/** The conversation holds it; it has to let go of it first. Throws `scheduled_message_not_open` when it has just sent it. */
async function takeBack({ chats }: Pick<Ctx, "chats">, row: ScheduleRow): Promise<void> {
  const chat = chats.get(chats.idFromString(row.chatObjectId));
  if (!(await chat.withdraw({ dedupeKey: dedupeKeyOf(row) }))) {
    throw notOpen({ state: "sending" });
  }
}

function retime(row: ScheduleRow, change: ChangeSchedule, now: number): Partial<ScheduleRow> {
  const { timeZone } = change;
  if (timeZone !== undefined && change.sendAt === undefined) {
    throw invalidSchedule([
      { pointer: "/timeZone", code: "without_time", message: "needs `sendAt` beside it" },
    ]);
  }
  const sendAt = change.sendAt ?? currentSendAt(row);
  const recurrence = change.recurrence === undefined ? remainingRecurrence(row) : change.recurrence;
  const { timing, isLocal, firstAt, steps } = requireTiming({ sendAt, timeZone, recurrence }, now);
  return {
    ...timing,
    steps,
    step: 0,
    isLocal,
    sendAt: firstAt,
    dueAt: firstAt,
    state: "scheduled",
    reason: null,
  };
}

function currentSendAt(row: ScheduleRow): SendAt {
  const { isLocal, timeZone, whenTwice } = row;
  return isLocal
    ? { localTime: formatWallClock(wallClockOfStep(timingOf(row), row.step)), timeZone, whenTwice }
    : new Date(row.sendAt).toISOString();
}

/** A recurrence that counts goes on with what is left of it. */
function remainingRecurrence({ recurrence, steps, step }: ScheduleRow): Recurrence | null {
  return recurrence?.count === undefined ? recurrence : { ...recurrence, count: steps - step };
}
