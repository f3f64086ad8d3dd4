import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { ObligationState } from "../../contract/obligation-words.ts";
import { obligation, obligationChange } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { emitEvent } from "../events/index.ts";
import { nextRound } from "./next-round.ts";
import type { ObligationRow } from "./obligation-row.ts";

type Ended = Extract<ObligationState, "sent" | "blocked" | "failed">;

/** How acting on one ended. `held`: not yet; it is looked at again at `until` (epoch ms). */
export type Outcome =
  | { readonly state: Ended; readonly reason: string | null }
  | { readonly state: "held"; readonly reason: string; readonly until: number };

/**
 * Notes the outcome of the try that claimed `row`, tells the plugin, and says when it is due again. Told first: a crash
 * in between repeats the try, which finds the same outcome, and the telling, which has a key.
 */
export async function settleObligation(ctx: Ctx, row: ObligationRow, outcome: Outcome): Promise<void> {
  const now = ctx.clock.now();
  if (outcome.state === "held") {
    await write(
      ctx,
      row,
      { reason: outcome.reason, nextActAt: Math.max(outcome.until, now), attempts: 0 },
      // Looked at again and again, it is one fact.
      outcome.reason === row.reason ? null : outcome,
    );
    return;
  }
  await tell(ctx, row, outcome.state, outcome.reason);
  const next = nextRound(row, now);
  const change =
    next === null
      ? { state: outcome.state, reason: outcome.reason, nextActAt: null, timesLeft: 0 }
      : { ...next, reason: null, attempts: 0 };
  await write(ctx, row, change, outcome);
}

async function write(
  { db, clock }: Ctx,
  { id, organizationId, attempts, round }: ObligationRow,
  change: Partial<ObligationRow>,
  noted: Outcome | null,
): Promise<void> {
  const now = clock.now();
  const update = db
    .update(obligation)
    .set({ ...change, updatedAt: now })
    // A try whose lease ended meanwhile has no say any more, nor has one of what was cancelled.
    .where(and(eq(obligation.id, id), eq(obligation.state, "waiting"), eq(obligation.attempts, attempts)));
  if (noted === null) {
    await update;
    return;
  }
  const { state: what, reason } = noted;
  const entry = { id: newId("obligationChange"), organizationId, obligationId: id, round, what, reason };
  await db.batch([update, db.insert(obligationChange).values({ ...entry, createdAt: now })]);
}

async function tell(ctx: Ctx, row: ObligationRow, state: Ended, reason: string | null): Promise<void> {
  const { id, organizationId, instanceId, installationId, action, externalId, round } = row;
  const type = `${action}.${state}` as const;
  await emitEvent({
    ctx,
    input: {
      organizationId,
      instanceId,
      type,
      subjectId: id,
      installationId,
      data: { id, obligationId: externalId, ...(reason !== null && { reason }) },
      dedupeKey: `${type}:${id}:${round}`,
    },
  });
}
