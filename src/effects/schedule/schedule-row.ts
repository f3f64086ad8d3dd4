import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { scheduledMessage } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import type { Timing } from "./recurrence.ts";

export type ScheduleRow = typeof scheduledMessage.$inferSelect;

/** Any one of these lets a plugin see and change what it scheduled itself. A refusal names the first: it reaches least. */
export const SCHEDULE_PERMISSIONS: readonly BridgePermission[] = [
  "plugin:messages:schedule:current_chat",
  "plugin:messages:schedule:known_contact",
  "plugin:messages:schedule:external_recipient",
];

/** What a scheduled message's number is sealed for: its row and no other. */
export function phonePurpose(id: string): string {
  return `scheduled_message.phone:${id}`;
}

/** Whose schedules somebody sees: a plugin its own ones on the number that it calls for, people all (null). */
export type Reach = { readonly ownerId: string; readonly instanceId: string } | null;

/** The organisation's scheduled message with this id, within that reach. Throws `scheduled_message_not_found`. */
export async function findSchedule(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  id: string,
  reach: Reach,
): Promise<ScheduleRow> {
  const row = await db
    .select()
    .from(scheduledMessage)
    .where(
      and(
        eq(scheduledMessage.id, id),
        eq(scheduledMessage.organizationId, organizationId),
        reach === null ? undefined : eq(scheduledMessage.ownerId, reach.ownerId),
        reach === null ? undefined : eq(scheduledMessage.instanceId, reach.instanceId),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("scheduled_message", id);
  }
  return row;
}

export function reachOf({ actor }: Pick<Ctx, "actor">): Reach {
  return actor.kind === "plugin" ? { ownerId: actor.id, instanceId: actor.instanceId } : null;
}

export function timingOf({ wallClock, timeZone, whenTwice, recurrence }: ScheduleRow): Timing {
  return { wallClock, timeZone, whenTwice, recurrence };
}

/** Whether it has not begun to go out, so that it can be changed or cancelled. */
export const OPEN_STATES = ["scheduled", "held"] as const;

/** For what can be changed no more: it is on its way, or over. */
export function notOpen({ state }: Pick<ScheduleRow, "state">): AppError {
  return new AppError(
    "conflict",
    "scheduled_message_not_open",
    state === "sending" ? "The message is being sent at this moment." : `The message is ${state} already.`,
    { hint: "Only what is scheduled or held can be changed or cancelled." },
  );
}

/** What the conversation knows this sending by: it takes one message for it. */
export function dedupeKeyOf({ id, occurrence, version }: ScheduleRow): string {
  return `schedule:${id}:${occurrence}:${version}`;
}
