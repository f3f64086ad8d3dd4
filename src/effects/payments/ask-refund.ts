import { and, eq, inArray, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { refund } from "../../db/schema/index.ts";
import { findAccount } from "./accounts.ts";
import { settleRefund } from "./apply-refund-news.ts";
import { nextCheckDelay } from "./limits.ts";
import { OPEN_REFUND_STATES, type PaymentRow, type RefundRow, toRefundCharge } from "./payment-row.ts";
import type { AskOutcome } from "./provider.ts";
import { providerOf } from "./providers.ts";
import { recordEvent } from "./record-event.ts";
import { sendWork } from "./send-work.ts";

/**
 * Asks the provider to give the money back. Only whoever moved the refund to `approved` calls this, so it is asked
 * once; a crash leaves `approved`, which becomes `unknown` and is settled by the provider's word. Returns the refund as it is
 * then.
 */
export async function askRefund({
  ctx,
  input: { row, paid },
}: {
  ctx: CtxBase;
  input: { row: RefundRow; paid: PaymentRow };
}): Promise<RefundRow> {
  const provider = await providerOf(ctx, row.organizationId, paid.provider);
  const account = await findAccount(ctx, paid.accountId);
  const charge = await toRefundCharge(ctx, row, paid);
  let answer: AskOutcome;
  try {
    answer = await provider.refund(charge, account.credentials);
  } catch (error) {
    ctx.log.error("refund_ask_failed", { refundId: row.id, provider: paid.provider, error });
    answer = { state: "unknown", providerCode: "asking_failed" };
  }
  return storeAnswer(ctx, row, answer);
}

async function storeAnswer(ctx: CtxBase, row: RefundRow, answer: AskOutcome): Promise<RefundRow> {
  const now = ctx.clock.now();
  const to = answer.state === "refused" ? "failed" : answer.state === "pending" ? "processing" : "unknown";
  const event = recordEvent(ctx, {
    organizationId: row.organizationId,
    paymentId: row.paymentId,
    refundId: row.id,
    source: "answer",
    eventKey: `${row.id}:answer`,
    outcome: answer.state,
    providerCode: answer.state === "pending" ? "accepted" : answer.providerCode,
    move: { from: OPEN_REFUND_STATES, to },
    doubt: null,
    body: null,
    now,
  });
  const theRow = eq(refund.id, row.id);
  const read = ctx.db.select().from(refund).where(theRow);
  if (answer.state === "refused") {
    const end = settleRefund(ctx, row, { to: "failed", failure: answer.failure, providerId: null });
    const [, , , rows] = await ctx.db.batch([event, ...end, read]);
    await sendWork(ctx, { type: "refund.settled", organizationId: row.organizationId, id: row.id });
    return rows[0] ?? row;
  }
  const [, , rows] = await ctx.db.batch([
    event,
    ctx.db
      .update(refund)
      .set({
        state: to,
        ...(answer.state === "pending" && {
          providerId: sql`coalesce(${refund.providerId}, ${answer.providerId})`,
        }),
        nextCheckAt: now + (nextCheckDelay(0, 0) ?? 0),
        updatedAt: now,
      })
      .where(and(theRow, inArray(refund.state, [...OPEN_REFUND_STATES]))),
    read,
  ]);
  return rows[0] ?? row;
}
