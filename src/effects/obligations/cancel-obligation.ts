import { and, eq, isNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { obligation } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { noteChange } from "./change-history.ts";
import { findCustomer } from "./find-customer.ts";
import { findObligation, REQUEST } from "./find-obligation.ts";
import { ACT_LEASE_MS, keepMs } from "./limits.ts";
import { messageKeyOf, type ObligationRow } from "./obligation-row.ts";
import { outcomeOf } from "./send-reminder.ts";
import { type Outcome, settleObligation, tellPlugin } from "./settle-obligation.ts";

/** What a plugin hears of an obligation of its own that people took back. */
const BY_STAFF = "cancelled_by_staff";

/**
 * Takes an obligation back with all that was to follow: for the plugin that asked for it, and for people, of whose doing
 * the plugin hears. One that is cancelled stays so. What has been sent, or is being sent at this moment, is not
 * cancelled: throws `obligation_not_found`, `obligation_settled`, `obligation_in_progress`.
 */
export async function cancelObligation({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<ObligationRow> {
  const organizationId = requireEffect(ctx, REQUEST);
  const row = await findObligation(ctx, organizationId, id);
  if (row.state === "waiting") {
    if (row.attempts > 0) {
      throw inProgress();
    }
    // With a reason it was tried, and the conversation may hold it.
    const free = row.reason === null ? row : await takeBack(ctx, row);
    if (free !== null) {
      await write(ctx, free);
    }
  }
  const current = await findObligation(ctx, organizationId, id);
  if (current.state === "waiting") {
    throw inProgress();
  }
  if (current.state !== "cancelled") {
    throw settled();
  }
  if (current.reason === BY_STAFF) {
    // Also when it is asked for again: the first time may have ended before.
    await tellPlugin(ctx, current, "blocked", BY_STAFF);
  }
  return current;
}

/**
 * Claims it as a try does, and has the conversation let go of it. Returns the claimed row, or null when that is not
 * possible any more: what became of the message is written down then. One that dies here is ended by the next try.
 */
async function takeBack(ctx: Ctx, row: ObligationRow): Promise<ObligationRow | null> {
  const claimed = await claim(ctx, row);
  if (claimed === null) {
    return null;
  }
  const customer = row.action === "reminder" ? await findCustomer(ctx, row) : null;
  if (customer === null) {
    return claimed;
  }
  const object = ctx.chats.get(ctx.chats.idFromString(customer.chatObjectId));
  const dedupeKey = messageKeyOf(row);
  if (await object.withdraw({ dedupeKey })) {
    return claimed;
  }
  const line = await object.readSent({ dedupeKey });
  const outcome: Outcome | null = line === null ? null : outcomeOf(line, ctx.clock.now());
  if (outcome === null || outcome.state === "cancelled") {
    return claimed;
  }
  await settleObligation(ctx, claimed, outcome);
  return null;
}

async function claim({ db, clock }: Ctx, row: ObligationRow): Promise<ObligationRow | null> {
  const [claimed] = await db
    .update(obligation)
    .set({ attempts: 1, nextActAt: clock.now() + ACT_LEASE_MS })
    .where(isAsRead(row))
    .returning();
  return claimed ?? null;
}

async function write(ctx: Ctx, row: ObligationRow): Promise<void> {
  const { db, actor, requestId } = ctx;
  const now = ctx.clock.now();
  const reason = actor.kind === "plugin" ? null : BY_STAFF;
  const state = "cancelled";
  const removeAt = now + keepMs(ctx.config);
  await writeWithAudit(
    db,
    {
      organizationId: row.organizationId,
      actor,
      requestId,
      now,
      action: "obligation.cancelled",
      subjectType: "obligation",
      subjectId: row.id,
      detail: { externalId: row.externalId, round: row.round },
    },
    [
      db
        .update(obligation)
        .set({ state, reason, nextActAt: null, timesLeft: 0, removeAt, updatedAt: now })
        .where(isAsRead(row)),
      noteChange(db, row, { what: state, reason, now }),
    ],
  );
}

/** The guard: no try has begun since. */
function isAsRead({ id, attempts, round, reason }: ObligationRow) {
  return and(
    eq(obligation.id, id),
    eq(obligation.state, "waiting"),
    eq(obligation.attempts, attempts),
    eq(obligation.round, round),
    reason === null ? isNull(obligation.reason) : eq(obligation.reason, reason),
  );
}

function settled(): AppError {
  return new AppError("conflict", "obligation_settled", "It is over already.", {
    hint: "Read how it ended: GET /bridge/v1/obligations/{id}, or /v1/obligations/{id}.",
  });
}

function inProgress(): AppError {
  return new AppError("conflict", "obligation_in_progress", "It is being done at this moment.", {
    hint: "Ask again in a minute: if it has not come to an end by then, it can be cancelled.",
  });
}
