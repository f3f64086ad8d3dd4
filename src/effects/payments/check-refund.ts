import { and, eq, inArray, lte, ne, or, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { payment, refund } from "../../db/schema/index.ts";
import { findAccount } from "./accounts.ts";
import { applyRefundNews } from "./apply-refund-news.ts";
import { ASK_LEASE_MS, ATTENTION_AFTER_MS, nextCheckDelay } from "./limits.ts";
import { OPEN_REFUND_STATES, type RefundRow, toRefundCharge } from "./payment-row.ts";
import type { ProviderNews, QueryOutcome } from "./provider.ts";
import { providerOf } from "./providers.ts";
import { recordEvent } from "./record-event.ts";

/** Providers can take a moment until they know of what they were asked; after that they never were. */
const UNHEARD_OF_AFTER_MS = 10 * 60 * 1_000;

/** The provider does not know the refund, so it was not asked for and nothing went back. */
const NEVER_ASKED: ProviderNews = {
  providerId: null,
  outcome: "failed",
  failure: "provider_unavailable",
  amount: null,
  currency: null,
  receiptNumber: null,
  providerCode: "unheard_of",
};

/**
 * Asks the provider what became of an open refund, and takes its word. Nothing happens when it is settled, not due, or
 * being checked by somebody else. After a day without a word it is raised for a person.
 */
export async function checkRefund({
  ctx,
  input,
}: {
  ctx: CtxBase;
  input: { organizationId: string; id: string };
}): Promise<void> {
  const row = await claimCheck(ctx, input);
  if (row === null) {
    return;
  }
  const outcome = await query(ctx, row);
  if (outcome.state === "settled") {
    const { outcome: said, providerCode } = outcome.news;
    await apply(outcome.news, `query:${said}:${providerCode}`);
  } else if (outcome.state === "unheard_of") {
    if (ctx.clock.now() - (row.decidedAt ?? row.createdAt) >= UNHEARD_OF_AFTER_MS) {
      await apply(NEVER_ASKED, "query:unheard_of");
    }
  } else if (outcome.state === "pending") {
    await ctx.db
      .update(refund)
      .set({ state: "processing" })
      .where(and(eq(refund.id, row.id), eq(refund.state, "unknown")));
  } else {
    const providerCode = outcome.state === "unknown" ? outcome.providerCode : outcome.state;
    await recordEvent(ctx, {
      organizationId: row.organizationId,
      paymentId: row.paymentId,
      refundId: row.id,
      source: "query",
      eventKey: `${row.id}:query:unknown:${providerCode}`,
      outcome: "unknown",
      providerCode,
      move: null,
      doubt: null,
      body: null,
      now: ctx.clock.now(),
    });
  }

  async function apply(news: ProviderNews, eventKey: string): Promise<void> {
    const from = { source: "query", eventKey, reference: null, body: news } as const;
    await applyRefundNews({ ctx, input: { row: row as RefundRow, news, from } });
  }
}

async function query(ctx: CtxBase, row: RefundRow): Promise<QueryOutcome> {
  const paid = await ctx.db.select().from(payment).where(eq(payment.id, row.paymentId)).get();
  if (paid === undefined) {
    throw new Error(`The payment ${row.paymentId} of a refund is gone.`);
  }
  const provider = await providerOf(ctx, row.organizationId, paid.provider);
  const account = await findAccount(ctx, paid.accountId);
  const charge = await toRefundCharge(ctx, row, paid);
  try {
    return await provider.queryRefund({ ...charge, refundProviderId: row.providerId }, account.credentials);
  } catch (error) {
    ctx.log.error("refund_query_failed", { refundId: row.id, error });
    return { state: "unknown", providerCode: "query_failed" };
  }
}

/** Takes the check, so that one of several messages makes it, and sets when the next one is due. */
async function claimCheck(
  ctx: CtxBase,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<RefundRow | null> {
  const now = ctx.clock.now();
  const theRow = and(
    eq(refund.id, id),
    eq(refund.organizationId, organizationId),
    inArray(refund.state, [...OPEN_REFUND_STATES]),
    lte(refund.nextCheckAt, now),
    or(ne(refund.state, "approved"), lte(refund.updatedAt, now - ASK_LEASE_MS)),
  );
  const known = await ctx.db.select().from(refund).where(theRow).get();
  if (known === undefined) {
    return null;
  }
  const ageMs = now - (known.decidedAt ?? known.createdAt);
  const delay = nextCheckDelay(known.checks, ageMs);
  const [row] = await ctx.db
    .update(refund)
    .set({
      state: sql`case when ${refund.state} = 'approved' then 'unknown' else ${refund.state} end`,
      checks: known.checks + 1,
      nextCheckAt: delay === null ? null : now + delay,
      attention: sql`coalesce(${refund.attention}, ${ageMs >= ATTENTION_AFTER_MS ? "unsettled_for_long" : null})`,
      updatedAt: now,
    })
    .where(and(theRow, eq(refund.checks, known.checks)))
    .returning();
  return row ?? null;
}
