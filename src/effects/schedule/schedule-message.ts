import { and, count, eq, getTableColumns, gte, isNotNull, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import type { Db } from "../../db/client.ts";
import { scheduledMessage } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { enqueueSoon } from "./enqueue-sendings.ts";
import { WAITING_MAX } from "./limits.ts";
import type { SchedulePlan } from "./plan-schedule.ts";
import { phonePurpose, type ScheduleRow } from "./schedule-row.ts";

/**
 * Notes a planned message; the minute's tick finds it, and what is due before that is enqueued at once. Asked again under the same key, it is the one that there is.
 * Throws `schedules_too_many` when the owner has as many waiting as one may.
 */
export async function scheduleMessage({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: SchedulePlan; idempotencyKey: string | null };
}): Promise<ScheduleRow> {
  const { organizationId, request, source, timing } = plan;
  const { instanceId, recipient, terms } = request;
  const id = newId("scheduledMessage");
  const now = ctx.clock.now();
  const { recurrence, ...when } = timing.timing;
  const row: ScheduleRow = {
    id,
    organizationId,
    instanceId,
    installationId: source.installationId,
    ownerId: source.installationId ?? organizationId,
    createdByKind: ctx.actor.kind,
    createdById: ctx.actor.id,
    idempotencyKey,
    chatObjectId: recipient.chatObjectId,
    phoneSealed: await ctx.keyRing.seal(recipient.phone, phonePurpose(id)),
    permission: source.permission,
    text: terms.text,
    template: terms.template ?? null,
    ...when,
    isLocal: timing.isLocal,
    recurrence,
    step: 0,
    steps: timing.steps,
    occurrence: 1,
    sendAt: timing.firstAt,
    sendIfLateBy: terms.sendIfLateBy,
    isUrgent: terms.isUrgent,
    whenClosed: terms.whenClosed ?? null,
    state: "scheduled",
    reason: null,
    dueAt: timing.firstAt,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  try {
    const added = await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "scheduled_message.created",
        subjectType: "scheduled_message",
        subjectId: id,
        detail: { instanceId, sendAt: row.sendAt, steps: row.steps },
      },
      [insertWithinCap(ctx, row)],
    );
    if (added === 0) {
      throw tooManyWaiting();
    }
    await enqueueSoon(ctx, [row]);
    return row;
  } catch (error) {
    const known = isUniqueViolation(error) ? await findByKey(ctx, row) : undefined;
    if (known === undefined) {
      throw error;
    }
    return known;
  }
}

/** One statement, so that requests side by side cannot pass the bound together. */
function insertWithinCap({ db }: Pick<Ctx, "db">, row: ScheduleRow) {
  const columns = Object.entries(getTableColumns(scheduledMessage));
  const values = sql.join(
    columns.map(([name, column]) => sql`${sql.param(row[name as keyof ScheduleRow], column)}`),
    sql`, `,
  );
  return db
    .insert(scheduledMessage)
    .select(sql`select ${values} where ${waitingOf(db, row.ownerId)} < ${WAITING_MAX}`);
}

/**
 * How many of an owner wait. Every time is later than 0: said so, it is counted by the index of what waits, and not by the
 * owner's, which has all that ever was.
 */
export function waitingOf(db: Db, ownerId: string) {
  const { sendAt, dueAt } = scheduledMessage;
  return db
    .select({ waiting: count() })
    .from(scheduledMessage)
    .where(and(eq(scheduledMessage.ownerId, ownerId), gte(sendAt, 0), isNotNull(dueAt)));
}

function findByKey(
  { db }: Pick<Ctx, "db">,
  { ownerId, idempotencyKey }: ScheduleRow,
): Promise<ScheduleRow | undefined> {
  return db
    .select()
    .from(scheduledMessage)
    .where(
      and(eq(scheduledMessage.ownerId, ownerId), eq(scheduledMessage.idempotencyKey, idempotencyKey ?? "")),
    )
    .get();
}

function tooManyWaiting(): AppError {
  return new AppError(
    "conflict",
    "schedules_too_many",
    `${WAITING_MAX} messages wait already, which is as many as may.`,
    {
      gate: "policy",
      hint: "Cancel what is not needed: GET and DELETE /scheduled-messages. Rather than one message per day, use a recurrence.",
    },
  );
}
