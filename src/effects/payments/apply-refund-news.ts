import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment, refund } from "../../db/schema/index.ts";
import type { NewsSource } from "./apply-payment-news.ts";
import { judgeNews } from "./judge-news.ts";
import { OPEN_REFUND_STATES, type RefundRow } from "./payment-row.ts";
import type { PaymentFailure, ProviderNews } from "./provider.ts";
import { recordEvent } from "./record-event.ts";
import { sendWork } from "./send-work.ts";

/**
 * What a provider says became of a refund, taken in once. A refund that is said to have succeeded after it was said
 * to have failed changes no state, because its share of the payment is free for another by then: it is raised for a
 * person, as is news that does not fit.
 */
export async function applyRefundNews({
  ctx,
  input: { row, news, from },
}: {
  ctx: CtxBase;
  input: { row: RefundRow; news: ProviderNews; from: NewsSource };
}): Promise<void> {
  const now = ctx.clock.now();
  const succeeded = news.outcome === "succeeded";
  const doubt =
    judgeNews({ ...row, reference: null }, news, null) ??
    (succeeded && row.state === "failed" ? "refunded_after_end" : null);
  const to = succeeded ? ("succeeded" as const) : ("failed" as const);
  const event = recordEvent(ctx, {
    organizationId: row.organizationId,
    paymentId: row.paymentId,
    refundId: row.id,
    ...from,
    eventKey: `${row.id}:${from.eventKey}`,
    outcome: news.outcome,
    providerCode: news.providerCode,
    move: doubt === null ? { from: OPEN_REFUND_STATES, to } : null,
    doubt,
    now,
  });
  const audit = {
    organizationId: row.organizationId,
    actor: { kind: "platform", id: from.source },
    requestId: ctx.requestId,
    now,
    subjectType: "refund",
    subjectId: row.id,
  };
  if (doubt !== null) {
    ctx.log.error("refund_news_doubted", { refundId: row.id, doubt, source: from.source });
    await writeWithAudit(ctx.db, { ...audit, action: "refund.doubted", detail: { doubt } }, [
      event,
      ctx.db
        .update(refund)
        .set({ attention: doubt, updatedAt: now })
        .where(and(eq(refund.id, row.id), isNull(refund.attention))),
    ]);
    return;
  }
  const changed = await writeWithAudit(
    ctx.db,
    { ...audit, action: `refund.${to}`, detail: { amount: row.amount, providerCode: news.providerCode } },
    [event, ...settleRefund(ctx, row, { to, failure: news.failure, providerId: news.providerId })],
  );
  if (changed > 0) {
    await sendWork(ctx, { type: "refund.settled", organizationId: row.organizationId, id: row.id });
  }
}

/**
 * The statements that end a refund which is still open, and move the payment's sums with it. The second one changes
 * the payment only if the first one changed the refund, so the last statement says whether it happened.
 */
export function settleRefund(
  ctx: Pick<CtxBase, "db" | "clock">,
  row: Pick<RefundRow, "id" | "paymentId" | "amount">,
  end: {
    readonly to: "succeeded" | "failed";
    readonly failure: PaymentFailure | null;
    readonly providerId: string | null;
  },
) {
  const now = ctx.clock.now();
  return [
    ctx.db
      .update(refund)
      .set({
        state: end.to,
        failure: end.failure,
        providerId: sql`coalesce(${refund.providerId}, ${end.providerId})`,
        nextCheckAt: null,
        settledAt: now,
        followUpAt: now,
        followUpTries: 0,
        updatedAt: now,
      })
      .where(and(eq(refund.id, row.id), inArray(refund.state, [...OPEN_REFUND_STATES]))),
    ctx.db
      .update(payment)
      .set({
        ...(end.to === "succeeded"
          ? { refundedAmount: sql`${payment.refundedAmount} + ${row.amount}` }
          : { refundReserved: sql`${payment.refundReserved} - ${row.amount}` }),
        updatedAt: now,
      })
      .where(and(eq(payment.id, row.paymentId), sql`changes() > 0`)),
  ] as const;
}
