import type { ScheduledMessage } from "../../contract/schedule.ts";
import { isoTime } from "../../http/openapi.ts";
import { formatWallClock } from "./local-time.ts";
import { wallClockOfStep } from "./recurrence.ts";
import { type ScheduleRow, timingOf } from "./schedule-row.ts";

/** As plugins see it: never with a number. */
export function presentSchedule(row: ScheduleRow): ScheduledMessage {
  const { id, state, reason, text, template, recurrence, occurrence } = row;
  return {
    id,
    state,
    reason,
    text,
    template,
    sendAt: isoTime(row.sendAt),
    localTime: row.isLocal ? formatWallClock(wallClockOfStep(timingOf(row), row.step)) : null,
    timeZone: row.isLocal ? row.timeZone : null,
    recurrence,
    occurrence,
    remaining: row.dueAt === null ? 0 : row.steps - row.step,
    sendIfLateBy: row.sendIfLateBy,
    isUrgent: row.isUrgent,
    whenClosed: row.whenClosed,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}
