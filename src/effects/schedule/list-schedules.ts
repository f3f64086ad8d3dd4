import { and, asc, desc, eq, gte, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { ScheduledMessage, ScheduleState } from "../../contract/schedule.ts";
import { chat, scheduledMessage, scheduledOutcome } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { presentSchedule } from "./present.ts";
import { findSchedule, SCHEDULE_PERMISSIONS, type ScheduleRow } from "./schedule-row.ts";
import type { ScheduleHistory, SchedulesQuery, StaffScheduledMessage } from "./schemas.ts";

/** What a plugin scheduled itself on this number, newest first. */
export async function listOwnSchedules({
  ctx,
  input: { ownerId, instanceId, limit, cursor, state },
}: {
  ctx: Ctx;
  input: {
    ownerId: string;
    instanceId: string;
    limit: number;
    cursor?: string | undefined;
    state?: ScheduleState | undefined;
  };
}): Promise<Page<ScheduledMessage>> {
  const organizationId = requireEffect(ctx, { control: "schedules:read", bridge: SCHEDULE_PERMISSIONS });
  const rows = await ctx.db
    .select()
    .from(scheduledMessage)
    .where(
      and(
        eq(scheduledMessage.organizationId, organizationId),
        eq(scheduledMessage.ownerId, ownerId),
        eq(scheduledMessage.instanceId, instanceId),
        state && eq(scheduledMessage.state, state),
        cursor === undefined ? undefined : lt(scheduledMessage.id, cursor),
      ),
    )
    .orderBy(desc(scheduledMessage.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentSchedule);
}

/** The organisation's scheduled messages that fit every filter given, newest first. */
export async function listSchedules({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: SchedulesQuery;
}): Promise<Page<StaffScheduledMessage>> {
  const organizationId = requirePermission(ctx, "schedules:read");
  const { limit, cursor, state, instanceId, installationId, chatId, from, to } = input;
  const rows = await ctx.db
    .select({ row: scheduledMessage, chatId: chat.id })
    .from(scheduledMessage)
    .leftJoin(chat, eq(chat.objectId, scheduledMessage.chatObjectId))
    .where(
      and(
        eq(scheduledMessage.organizationId, organizationId),
        cursor === undefined ? undefined : lt(scheduledMessage.id, cursor),
        state && eq(scheduledMessage.state, state),
        instanceId === undefined ? undefined : eq(scheduledMessage.instanceId, instanceId),
        installationId === undefined ? undefined : eq(scheduledMessage.installationId, installationId),
        chatId === undefined ? undefined : eq(chat.id, chatId),
        from === undefined ? undefined : gte(scheduledMessage.sendAt, Date.parse(from)),
        to === undefined ? undefined : lt(scheduledMessage.sendAt, Date.parse(to)),
      ),
    )
    .orderBy(desc(scheduledMessage.id))
    .limit(limit + 1);
  const page = toPage(
    rows.map(({ row, chatId: id }) => ({ ...row, chatId: id })),
    limit,
    ({ chatId: id, ...row }) => presentStaffSchedule(row, id),
  );
  return page;
}

/** One of them, with what became of each sending. Throws `scheduled_message_not_found`. */
export async function getSchedule({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<ScheduleHistory> {
  const organizationId = requirePermission(ctx, "schedules:read");
  const row = await findSchedule(ctx, organizationId, id, null);
  const [presented, outcomes] = await Promise.all([
    presentForStaff(ctx, row),
    ctx.db
      .select()
      .from(scheduledOutcome)
      .where(eq(scheduledOutcome.scheduledMessageId, id))
      .orderBy(asc(scheduledOutcome.occurrence)),
  ]);
  return {
    ...presented,
    history: outcomes.map(({ occurrence, text, sendAt, state, reason, endedAt }) => ({
      occurrence,
      text,
      sendAt: isoTime(sendAt),
      state,
      reason,
      endedAt: isoTime(endedAt),
    })),
  };
}

/** A row as staff see it, with its chat when the customer has one. */
export async function presentForStaff(
  { db }: Pick<Ctx, "db">,
  row: ScheduleRow,
): Promise<StaffScheduledMessage> {
  const of = await db.select({ id: chat.id }).from(chat).where(eq(chat.objectId, row.chatObjectId)).get();
  return presentStaffSchedule(row, of?.id ?? null);
}

function presentStaffSchedule(row: ScheduleRow, chatId: string | null): StaffScheduledMessage {
  const { instanceId, installationId, createdByKind, createdById } = row;
  return {
    ...presentSchedule(row),
    instanceId,
    installationId,
    chatId,
    createdBy: { kind: createdByKind, id: createdById },
  };
}
