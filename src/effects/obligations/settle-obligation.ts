import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { ObligationState } from "../../contract/obligation-words.ts";
import { obligation } from "../../db/schema/index.ts";
import { emitEvent } from "../events/index.ts";
import { noteChange } from "./change-history.ts";
import { keepMs } from "./limits.ts";
import { nextRound } from "./next-round.ts";
import type { ObligationRow } from "./obligation-row.ts";

type Told = Extract<ObligationState, "sent" | "blocked" | "failed">;

/**
 * How acting on one ended. `held`: not yet; it is looked at again at `until` (epoch ms). `cancelled`: somebody took it
 * back, and nothing follows.
 */
export type Outcome =
  | { readonly state: Told; readonly reason: string | null }
  | { readonly state: "cancelled"; readonly reason: null }
  | { readonly state: "held"; readonly reason: string; readonly until: number };

/**
 * Notes the outcome of the try that claimed `row`, tells the plugin, and says when it is due again. Told first: a crash
 * in between repeats the try, which finds the same outcome, and the telling, which has a key.
 */
export async function settleObligation(ctx: Ctx, row: ObligationRow, outcome: Outcome): Promise<void> {
  const now = ctx.clock.now();
  const { state, reason } = outcome;
  if (state === "held") {
    await write(
      ctx,
      row,
      { reason, nextActAt: Math.max(outcome.until, now), attempts: 0 },
      // Looked at again and again, it is one fact.
      reason === row.reason ? null : outcome,
    );
    return;
  }
  if (state !== "cancelled") {
    await tellPlugin(ctx, row, state, reason);
  }
  const next = state === "cancelled" ? null : nextRound(row, now);
  const removeAt = now + keepMs(ctx.config);
  const change =
    next === null
      ? { state, reason, nextActAt: null, timesLeft: 0, removeAt }
      : { ...next, reason: null, attempts: 0 };
  await write(ctx, row, change, outcome);
}

async function write(
  { db, clock }: Ctx,
  row: ObligationRow,
  change: Partial<ObligationRow>,
  noted: Outcome | null,
): Promise<void> {
  const now = clock.now();
  const update = db
    .update(obligation)
    .set({ ...change, updatedAt: now })
    // A try whose lease ended meanwhile has no say any more.
    .where(
      and(
        eq(obligation.id, row.id),
        eq(obligation.state, "waiting"),
        eq(obligation.attempts, row.attempts),
        eq(obligation.round, row.round),
      ),
    );
  if (noted === null) {
    await update;
    return;
  }
  const { state: what, reason } = noted;
  await db.batch([update, noteChange(db, row, { what, reason, now })]);
}

/** Tells the plugin how a round ended, once. */
export async function tellPlugin(
  ctx: Ctx,
  row: ObligationRow,
  state: Told,
  reason: string | null,
): Promise<void> {
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
