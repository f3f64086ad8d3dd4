import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment } from "../../db/schema/index.ts";
import { judgeNews } from "./judge-news.ts";
import { OPEN_PAYMENT_STATES, type PaymentRow } from "./payment-row.ts";
import type { ProviderNews } from "./provider.ts";
import { recordEvent } from "./record-event.ts";
import { sendWork } from "./send-work.ts";

/** How the news came. */
export type NewsSource = {
  readonly source: "callback" | "query";
  /** The same news has the same key. */
  readonly eventKey: string;
  /** Our own reference, where the provider repeated it. */
  readonly reference: string | null;
  /** What came in, for the log. */
  readonly body: unknown;
};

const RECEIPT_NUMBER_WAIT_MS = 15_000;

/** States that the provider's word ends without money. */
const ENDED_UNPAID = ["expired", "cancelled", "failed"] as const;

/**
 * What a provider says became of a payment, taken in once however often and in whatever order it is said. News that
 * does not fit what was asked for changes no state and is raised for a person. `succeeded` is final; money that
 * arrives after any other end is never hidden: the payment becomes `succeeded` and is raised too.
 */
export async function applyPaymentNews({
  ctx,
  input: { row, news, from },
}: {
  ctx: CtxBase;
  input: { row: PaymentRow; news: ProviderNews; from: NewsSource };
}): Promise<void> {
  const now = ctx.clock.now();
  const doubt = judgeNews(row, news, from.reference);
  const states =
    news.outcome === "succeeded" ? [...OPEN_PAYMENT_STATES, ...ENDED_UNPAID] : OPEN_PAYMENT_STATES;
  const event = recordEvent(ctx, {
    organizationId: row.organizationId,
    paymentId: row.id,
    refundId: null,
    ...from,
    outcome: news.outcome,
    providerCode: news.providerCode,
    move: doubt === null ? { from: states, to: news.outcome } : null,
    doubt,
    now,
  });
  const audit = {
    organizationId: row.organizationId,
    actor: { kind: "platform", id: `${from.source}:${row.provider}` },
    requestId: ctx.requestId,
    now,
    subjectType: "payment",
    subjectId: row.id,
  };
  if (doubt !== null) {
    ctx.log.error("payment_news_doubted", { paymentId: row.id, doubt, source: from.source });
    await writeWithAudit(ctx.db, { ...audit, action: "payment.doubted", detail: { doubt } }, [
      event,
      ctx.db
        .update(payment)
        .set({
          attention: doubt,
          // An unsigned callback may be anybody's: the provider is asked at once.
          nextCheckAt: sql`case when ${inArray(payment.state, [...OPEN_PAYMENT_STATES])} then ${now} end`,
          updatedAt: now,
        })
        .where(and(eq(payment.id, row.id), isNull(payment.attention))),
    ]);
    return;
  }
  // M-Pesa's query does not tell the receipt's number; the callback that does may be a moment behind.
  const waitMs = news.outcome === "succeeded" && news.receiptNumber === null ? RECEIPT_NUMBER_WAIT_MS : 0;
  const changed = await writeWithAudit(
    ctx.db,
    { ...audit, action: `payment.${news.outcome}`, detail: { providerCode: news.providerCode } },
    [
      event,
      ctx.db
        .update(payment)
        .set({ receiptNumber: news.receiptNumber })
        .where(
          and(
            eq(payment.id, row.id),
            eq(payment.state, "succeeded"),
            isNull(payment.receiptNumber),
            sql`${news.outcome} = 'succeeded'`,
          ),
        ),
      ctx.db
        .update(payment)
        .set({
          state: news.outcome,
          failure: news.failure,
          providerId: sql`coalesce(${payment.providerId}, ${news.providerId})`,
          receiptNumber: news.receiptNumber,
          attention: sql`case when ${inArray(payment.state, [...ENDED_UNPAID])} then 'paid_after_end' else ${payment.attention} end`,
          promptFor: null,
          nextCheckAt: null,
          settledAt: now,
          followUpAt: now + waitMs,
          followUpTries: 0,
          updatedAt: now,
        })
        .where(and(eq(payment.id, row.id), inArray(payment.state, [...states]))),
    ],
  );
  if (changed > 0) {
    await sendWork(ctx, { type: "payment.settled", organizationId: row.organizationId, id: row.id }, waitMs);
  }
}
