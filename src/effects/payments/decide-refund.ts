import { and, eq, exists, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment, refund } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { askRefund } from "./ask-refund.ts";
import { findPaymentFor } from "./find-payment.ts";
import { ASK_LEASE_MS } from "./limits.ts";
import type { RefundRow } from "./payment-row.ts";

type Decision = { readonly id: string; readonly note?: string | undefined };

/**
 * A person lets a requested refund go to the provider: once, whoever else decides at the same moment. Throws
 * `refund_not_found`, and `refund_decided` (409) for one that no longer waits.
 */
export async function approveRefund({ ctx, input }: { ctx: Ctx; input: Decision }): Promise<RefundRow> {
  const organizationId = requirePermission(ctx, "refunds:decide");
  const row = await findRefund(ctx, organizationId, input.id);
  const paid = await findPaymentFor(ctx, organizationId, row.paymentId);
  const now = ctx.clock.now();
  const approved = { state: "approved", nextCheckAt: now + ASK_LEASE_MS, ...decidedNow(ctx, input) } as const;
  const changed = await writeWithAudit(ctx.db, auditOf(ctx, row, "refund.approved"), [
    ctx.db
      .update(refund)
      .set(approved)
      .where(and(eq(refund.id, row.id), eq(refund.state, "requested"))),
  ]);
  if (changed === 0) {
    throw decided();
  }
  return askRefund({ ctx, input: { row: { ...row, ...approved }, paid } });
}

/** A person says no. What was held back for it is free again. Throws like `approveRefund`. */
export async function rejectRefund({ ctx, input }: { ctx: Ctx; input: Decision }): Promise<RefundRow> {
  const organizationId = requirePermission(ctx, "refunds:decide");
  const row = await findRefund(ctx, organizationId, input.id);
  const rejected = { state: "rejected", ...decidedNow(ctx, input) } as const;
  // The payment moves first, while the refund still says whether it may: the audit follows the guarded change.
  const waits = and(eq(refund.id, row.id), eq(refund.state, "requested"));
  const changed = await writeWithAudit(ctx.db, auditOf(ctx, row, "refund.rejected"), [
    ctx.db
      .update(payment)
      .set({ refundReserved: sql`${payment.refundReserved} - ${row.amount}`, updatedAt: rejected.updatedAt })
      .where(
        and(eq(payment.id, row.paymentId), exists(ctx.db.select({ one: sql`1` }).from(refund).where(waits))),
      ),
    ctx.db.update(refund).set(rejected).where(waits),
  ]);
  if (changed === 0) {
    throw decided();
  }
  return { ...row, ...rejected };
}

async function findRefund({ db }: Ctx, organizationId: string, id: string): Promise<RefundRow> {
  const row = await db
    .select()
    .from(refund)
    .where(and(eq(refund.id, id), eq(refund.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("refund", id);
  }
  return row;
}

function decidedNow({ actor, clock }: Ctx, { note }: Decision) {
  const now = clock.now();
  return {
    decidedByKind: actor.kind,
    decidedById: actor.id,
    decidedAt: now,
    decisionNote: note ?? null,
    updatedAt: now,
  };
}

function auditOf(ctx: Ctx, row: RefundRow, action: string) {
  return {
    organizationId: row.organizationId,
    actor: ctx.actor,
    requestId: ctx.requestId,
    now: ctx.clock.now(),
    action,
    subjectType: "refund",
    subjectId: row.id,
    detail: { paymentId: row.paymentId, amount: row.amount },
  };
}

function decided(): AppError {
  return new AppError("conflict", "refund_decided", "The refund no longer waits for a decision.");
}
