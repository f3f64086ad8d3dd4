import type { Ctx } from "../../access/context.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import { type Claim, claimDue, type DueMessage } from "./claim-due.ts";
import { type Ended, endOf, type Settlement, settleSendings } from "./end-sendings.ts";
import { enqueueSoon } from "./enqueue-sendings.ts";
import { HELD_AGAIN_MS, HELD_GRACE_MS, LOOK_AGAIN_MS, SECOND_MS } from "./limits.ts";
import { dedupeKeyOf, phonePurpose, type ScheduleRow } from "./schedule-row.ts";

/** What a try came to. `later`: the conversation has it, and is asked again. `again`: it gave it back. */
type Attempt =
  | Ended
  | { readonly state: "held"; readonly reason: string; readonly until: number }
  | { readonly state: "later" | "again" };

/**
 * Sends a scheduled message that is due, once: the row is claimed by a guarded update, and the conversation takes one
 * message per occurrence. Nothing happens when it is not due, cancelled, or being sent by somebody else. Whether it may
 * go out is the delivery policy's to say; how it ended is told as an event and kept.
 */
export async function sendScheduled({ ctx, input }: { ctx: Ctx; input: DueMessage }): Promise<void> {
  const failures = await sendScheduledTogether({ ctx, input: [input] });
  if (failures.has(input.id)) {
    throw failures.get(input.id);
  }
}

/**
 * The same for many: claimed together and ended together, which costs the database as much as one. Each goes to its own
 * conversation, and one that fails leaves the others alone. Returns what failed, by the message's id.
 */
export async function sendScheduledTogether({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: readonly DueMessage[];
}): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const { claims, early } = await claimDue(ctx, input);
  await enqueueSoon(ctx, early);
  const settlements: Settlement[] = [];
  await Promise.all(
    claims.map(async (claim) => {
      try {
        settlements.push(toSettlement(claim, await tryToSend(ctx, claim), ctx.clock.now()));
      } catch (error) {
        failures.set(claim.row.id, error);
      }
    }),
  );
  await settleEach(ctx, settlements, failures);
  // What its conversation gave back is due at once.
  await enqueueSoon(
    ctx,
    settlements
      .filter(({ next }) => next.state === "scheduled")
      .map(({ row, next }) => ({ ...row, ...next })),
  );
  return failures;
}

/** All in one go; if that fails, one by one, so that one that cannot be written does not keep back the others. */
async function settleEach(
  ctx: Ctx,
  settlements: readonly Settlement[],
  failures: Map<string, unknown>,
): Promise<void> {
  const [first, ...others] = settlements;
  if (first === undefined) {
    return;
  }
  try {
    await settleSendings(ctx, settlements);
  } catch (error) {
    if (others.length === 0) {
      failures.set(first.row.id, error);
      return;
    }
    for (const settlement of settlements) {
      await settleEach(ctx, [settlement], failures);
    }
  }
}

function toSettlement({ row }: Claim, attempt: Attempt, now: number): Settlement {
  switch (attempt.state) {
    case "later":
      return { row, lines: [], next: { state: "sending", dueAt: now + LOOK_AGAIN_MS } };
    case "held":
      return { row, lines: [], next: { state: "held", reason: attempt.reason, dueAt: attempt.until } };
    case "again":
      return { row, lines: [], next: { state: "scheduled", dueAt: now, version: row.version + 1 } };
    default:
      return endOf(row, attempt, now);
  }
}

async function tryToSend(ctx: Ctx, { row, isResumed, isGranted }: Claim): Promise<Attempt> {
  const refusal = findRefusal(row, isGranted, ctx.clock.now());
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
function findRefusal(row: ScheduleRow, isGranted: boolean, now: number): Ended | null {
  if (row.reason === null && now - row.sendAt > row.sendIfLateBy * SECOND_MS) {
    return { state: "missed", reason: "too_late" };
  }
  return isGranted ? null : { state: "blocked", reason: "grant_revoked" };
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
