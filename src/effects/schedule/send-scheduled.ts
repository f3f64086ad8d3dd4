import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import type { ScheduleOutcome } from "../../contract/schedule.ts";
import { scheduledMessage, scheduledOutcome } from "../../db/schema/index.ts";
import { emitEvent } from "../events/index.ts";
import { isStillGranted } from "./is-still-granted.ts";
import { HELD_AGAIN_MS, HELD_GRACE_MS, LOOK_AGAIN_MS, SECOND_MS, SENDING_LEASE_MS } from "./limits.ts";
import { presentSchedule } from "./present.ts";
import { instantOfStep } from "./recurrence.ts";
import { dedupeKeyOf, phonePurpose, type ScheduleRow, timingOf } from "./schedule-row.ts";

/** What a try came to. `later`: the conversation has it, and is asked again. `again`: it gave it back. */
type Attempt =
  | { readonly state: ScheduleOutcome; readonly reason: string | null }
  | { readonly state: "held"; readonly reason: string; readonly until: number }
  | { readonly state: "later" | "again" };

type Claim = {
  readonly row: ScheduleRow;
  /** Whether the conversation may have it already: it is held there, or an earlier try died. */
  readonly isResumed: boolean;
};

/**
 * Sends a scheduled message that is due, once: the row is claimed by a guarded update, and the conversation takes one
 * message per occurrence. Nothing happens when it is not due, cancelled, or being sent by somebody else. Whether it may
 * go out is the delivery policy's to say; how it ended is told as an event and kept.
 */
export async function sendScheduled({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { organizationId: string; id: string };
}): Promise<void> {
  const claim = await claimDue(ctx, input);
  if (claim === null) {
    return;
  }
  const attempt = await tryToSend(ctx, claim);
  const now = ctx.clock.now();
  switch (attempt.state) {
    case "later":
      await settle(ctx, claim.row, { dueAt: now + LOOK_AGAIN_MS });
      return;
    case "held":
      await settle(ctx, claim.row, { state: "held", reason: attempt.reason, dueAt: attempt.until });
      return;
    case "again":
      await settle(ctx, claim.row, { state: "scheduled", dueAt: now, version: claim.row.version + 1 });
      return;
    default:
      // Before the row: what breaks off in between is told and ended by the next try, once.
      await tell(ctx, claim.row, attempt);
      await end(ctx, claim.row, attempt);
  }
}

async function claimDue(
  { db, clock }: Ctx,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Claim | null> {
  const now = clock.now();
  const known = await db
    .select()
    .from(scheduledMessage)
    .where(and(eq(scheduledMessage.id, id), eq(scheduledMessage.organizationId, organizationId)))
    .get();
  if (known === undefined || known.dueAt === null || known.dueAt > now) {
    return null;
  }
  const [row] = await db
    .update(scheduledMessage)
    .set({ state: "sending", dueAt: now + SENDING_LEASE_MS, updatedAt: now })
    .where(
      and(
        eq(scheduledMessage.id, id),
        eq(scheduledMessage.version, known.version),
        eq(scheduledMessage.state, known.state),
        eq(scheduledMessage.dueAt, known.dueAt),
      ),
    )
    .returning();
  return row === undefined ? null : { row, isResumed: known.state !== "scheduled" };
}

async function tryToSend(ctx: Ctx, { row, isResumed }: Claim): Promise<Attempt> {
  const refusal = await findRefusal(ctx, row);
  if (refusal !== null && !isResumed) {
    return refusal;
  }
  const chat = ctx.chats.get(ctx.chats.idFromString(row.chatObjectId));
  if (refusal !== null && (await chat.withdraw({ dedupeKey: dedupeKeyOf(row) }))) {
    return refusal;
  }
  const { organizationId, instanceId, isUrgent, whenClosed, template, installationId } = row;
  const { line } = await chat.send({
    address: {
      organizationId,
      instanceId,
      phone: await ctx.keyRing.open(row.phoneSealed, phonePurpose(row.id)),
    },
    message: { type: "text", text: row.text },
    by: { kind: row.createdByKind, id: row.createdById },
    dedupeKey: dedupeKeyOf(row),
    policy: {
      kind: "proactive",
      isUrgent,
      ...(whenClosed !== null && { whenClosed }),
      template,
      installationId,
      // What may have been sent by a try that died is asked for; what was not is not sent now.
      ...(refusal !== null && { expiresAt: row.sendAt }),
    },
  });
  return judge(ctx, line, refusal);
}

/** Why it is not to be sent any more, before the policy is asked. What was held is late because it had to wait. */
async function findRefusal(ctx: Ctx, row: ScheduleRow): Promise<Ended | null> {
  const lateMs = ctx.clock.now() - row.sendAt;
  if (row.reason === null && lateMs > row.sendIfLateBy * SECOND_MS) {
    return { state: "missed", reason: "too_late" };
  }
  return (await isStillGranted(ctx, row)) ? null : { state: "blocked", reason: "grant_revoked" };
}

function judge(ctx: Ctx, { state, errorCode, policy }: OutboundLine, refusal: Ended | null): Attempt {
  const now = ctx.clock.now();
  switch (state) {
    case "sent":
      return { state: "sent", reason: null };
    case "waiting":
    case "sending":
      return { state: "later" };
    case "held": {
      const until = policy?.until ?? null;
      return {
        state: "held",
        reason: policy?.reason ?? "held",
        until: until === null ? now + HELD_AGAIN_MS : Math.max(until, now) + HELD_GRACE_MS,
      };
    }
    case "blocked":
      if (refusal !== null) {
        return refusal;
      }
      // Somebody began to change it and did not come to the end: it stands as it was.
      return policy?.reason === "withdrawn"
        ? { state: "again" }
        : { state: "blocked", reason: policy?.reason ?? errorCode ?? "blocked" };
    case "failed":
      return { state: "failed", reason: errorCode ?? "provider_refused" };
    case "unknown":
      return { state: "failed", reason: errorCode ?? "unconfirmed" };
  }
}

type Ended = Extract<Attempt, { readonly state: ScheduleOutcome }>;

async function tell(ctx: Ctx, row: ScheduleRow, { state, reason }: Ended): Promise<void> {
  const type = state === "sent" ? "message.sent" : "message.failed";
  await emitEvent({
    ctx,
    input: {
      organizationId: row.organizationId,
      instanceId: row.instanceId,
      installationId: row.installationId,
      type,
      subjectId: row.id,
      data: { ...presentSchedule(row), state, reason, scheduledMessageId: row.id },
      dedupeKey: `schedule:${row.id}:${row.occurrence}`,
    },
  });
}

/** Ends this sending and sets the next one, if there is one, with the line of the history: all or nothing. */
async function end({ db, clock }: Ctx, row: ScheduleRow, { state, reason }: Ended): Promise<void> {
  const now = clock.now();
  const { id, organizationId, occurrence, text, sendAt } = row;
  const step = row.step + 1;
  const hasNext = step < row.steps;
  const nextAt = hasNext ? instantOfStep(timingOf(row), step) : null;
  await db.batch([
    db
      .update(scheduledMessage)
      .set(
        nextAt === null
          ? { state, reason, dueAt: null, updatedAt: now }
          : {
              state: "scheduled",
              reason: null,
              step,
              occurrence: occurrence + 1,
              sendAt: nextAt,
              dueAt: nextAt,
              updatedAt: now,
            },
      )
      .where(isClaimed(row)),
    db.insert(scheduledOutcome).select(
      sql`select ${`${id}:${occurrence}`}, ${organizationId}, ${id}, ${occurrence}, ${text}, ${sendAt}, ${state}, ${reason}, ${now}
            where changes() > 0`,
    ),
  ]);
}

async function settle({ db, clock }: Ctx, row: ScheduleRow, set: Partial<ScheduleRow>): Promise<void> {
  await db
    .update(scheduledMessage)
    .set({ ...set, updatedAt: clock.now() })
    .where(isClaimed(row));
}

/** Still this try's: a lease that ran out has been taken by another. */
function isClaimed({ id, occurrence, version, dueAt }: ScheduleRow) {
  return and(
    eq(scheduledMessage.id, id),
    eq(scheduledMessage.state, "sending"),
    eq(scheduledMessage.occurrence, occurrence),
    eq(scheduledMessage.version, version),
    eq(scheduledMessage.dueAt, dueAt ?? 0),
  );
}
