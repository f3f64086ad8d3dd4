import { and, eq, inArray, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { payment } from "../../db/schema/index.ts";
import { nextCheckDelay } from "./limits.ts";
import { OPEN_PAYMENT_STATES, type PaymentRow } from "./payment-row.ts";
import type { AskOutcome } from "./provider.ts";
import { recordEvent } from "./record-event.ts";
import { sendWork } from "./send-work.ts";

/** States in which the answer is still awaited. A callback may have been quicker and settled the payment. */
const UNANSWERED = ["created", "unknown"] as const;

/** Writes down what the provider answered when it was asked. Returns the payment as it is then. */
export async function storeAnswer({
  ctx,
  input: { id, organizationId, answer },
}: {
  ctx: CtxBase;
  input: { id: string; organizationId: string; answer: AskOutcome };
}): Promise<PaymentRow> {
  const now = ctx.clock.now();
  const to = answer.state === "refused" ? "failed" : answer.state;
  const event = recordEvent(ctx, {
    organizationId,
    paymentId: id,
    refundId: null,
    source: "answer",
    eventKey: "answer",
    outcome: answer.state,
    providerCode: answer.state === "pending" ? "accepted" : answer.providerCode,
    move: { from: UNANSWERED, to },
    doubt: null,
    body: null,
    now,
  });
  const checkAt = now + (nextCheckDelay(0, 0) ?? 0);
  const update =
    answer.state === "refused"
      ? ctx.db
          .update(payment)
          .set({
            state: "failed",
            failure: answer.failure,
            promptFor: null,
            nextCheckAt: null,
            settledAt: now,
            followUpAt: now,
            updatedAt: now,
          })
          .where(and(eq(payment.id, id), inArray(payment.state, [...UNANSWERED])))
      : ctx.db
          .update(payment)
          .set({
            state: sql`case when ${inArray(payment.state, [...UNANSWERED])} then ${answer.state} else ${payment.state} end`,
            nextCheckAt: sql`case when ${inArray(payment.state, [...OPEN_PAYMENT_STATES])} then ${checkAt} end`,
            ...(answer.state === "pending" && {
              providerId: sql`coalesce(${payment.providerId}, ${answer.providerId})`,
              checkoutUrl: answer.checkoutUrl,
            }),
            updatedAt: now,
          })
          .where(eq(payment.id, id));
  const [, , [row]] = await ctx.db.batch([
    event,
    update,
    ctx.db.select().from(payment).where(eq(payment.id, id)),
  ]);
  if (row === undefined) {
    throw new Error(`The payment ${id} is gone.`);
  }
  if (answer.state === "refused" && row.state === "failed") {
    await sendWork(ctx, { type: "payment.settled", organizationId, id });
  }
  return row;
}
