import { and, eq, gt, inArray, lte, ne, or, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { payment } from "../../db/schema/index.ts";
import { findAccount } from "./accounts.ts";
import { applyPaymentNews } from "./apply-payment-news.ts";
import { ASK_LEASE_MS, ATTENTION_AFTER_MS, EXPIRY_GRACE_MS, nextCheckDelay } from "./limits.ts";
import { OPEN_PAYMENT_STATES, type PaymentRow, toKnownCharge } from "./payment-row.ts";
import type { QueryOutcome } from "./provider.ts";
import { providerOf } from "./providers.ts";
import { recordEvent } from "./record-event.ts";
import { sendCheckoutLink } from "./send-checkout-link.ts";

type Check = {
  readonly organizationId: string;
  readonly id: string;
  /** Asks although it is not due; for a person who wants to know now. */
  readonly isForced?: boolean;
};

/**
 * Asks the provider what became of an open payment, and takes its word like a callback's. Nothing happens when the
 * payment is settled, not due, or being checked by somebody else. It expires when the provider says so, or has never
 * heard of it after the prompt's life; after a day without a word it is raised for a person, and one that nobody can be
 * asked about expires then.
 */
export async function checkPayment({ ctx, input }: { ctx: CtxBase; input: Check }): Promise<void> {
  const row = await claimCheck(ctx, input);
  if (row === null) {
    return;
  }
  const provider = await providerOf(ctx, row.organizationId, row.provider);
  const account = await findAccount(ctx, row.accountId);
  const outcome = await ask(() =>
    toKnownCharge(ctx, row).then((known) => provider.query(known, account.credentials)),
  );
  switch (outcome.state) {
    case "settled": {
      const { outcome: said, providerCode, providerId } = outcome.news;
      await applyPaymentNews({
        ctx,
        input: {
          row,
          news: outcome.news,
          from: {
            source: "query",
            eventKey: `query:${said}:${providerCode}:${providerId}`,
            reference: null,
            body: outcome.news,
          },
        },
      });
      return;
    }
    case "unheard_of":
      if (row.expiresAt + EXPIRY_GRACE_MS <= ctx.clock.now()) {
        await applyPaymentNews({
          ctx,
          input: {
            row,
            news: NEVER_ASKED,
            from: { source: "query", eventKey: "query:unheard_of", reference: null, body: null },
          },
        });
      }
      return;
    case "unaskable":
      if (row.createdAt + ATTENTION_AFTER_MS <= ctx.clock.now()) {
        await applyPaymentNews({
          ctx,
          input: {
            row,
            news: { ...NEVER_ASKED, providerCode: "unaskable" },
            from: { source: "query", eventKey: "query:unaskable", reference: null, body: null },
          },
        });
      }
      return;
    case "pending":
      await ctx.db
        .update(payment)
        .set({ state: "pending" })
        .where(and(eq(payment.id, row.id), eq(payment.state, "unknown")));
      await sendCheckoutLink({ ctx, input: { row } });
      return;
    case "unknown":
      await recordSilence(ctx, row, outcome.providerCode);
  }

  async function ask(question: () => Promise<QueryOutcome>): Promise<QueryOutcome> {
    try {
      return await question();
    } catch (error) {
      ctx.log.error("payment_query_failed", { paymentId: input.id, error });
      return { state: "unknown", providerCode: "query_failed" };
    }
  }
}

/** The provider does not know the payment, so nobody was asked and nobody will pay. */
const NEVER_ASKED = {
  providerId: null,
  outcome: "expired",
  failure: "expired",
  amount: null,
  currency: null,
  receiptNumber: null,
  providerCode: "unheard_of",
} as const;

/** Takes the check, so that one of several messages makes it, and sets when the next one is due. */
async function claimCheck(ctx: CtxBase, { organizationId, id, isForced }: Check): Promise<PaymentRow | null> {
  const now = ctx.clock.now();
  const theRow = and(
    eq(payment.id, id),
    eq(payment.organizationId, organizationId),
    inArray(payment.state, [...OPEN_PAYMENT_STATES]),
    // While somebody is asking, there is nothing to ask about.
    or(ne(payment.state, "created"), lte(payment.createdAt, now - ASK_LEASE_MS)),
  );
  const known = await ctx.db.select().from(payment).where(theRow).get();
  if (known === undefined || (isForced !== true && (known.nextCheckAt ?? Number.POSITIVE_INFINITY) > now)) {
    return null;
  }
  const ageMs = now - known.createdAt;
  const delay = nextCheckDelay(known.checks, ageMs);
  const [row] = await ctx.db
    .update(payment)
    .set({
      state: sql`case when ${payment.state} = 'created' then 'unknown' else ${payment.state} end`,
      checks: known.checks + 1,
      nextCheckAt: delay === null ? null : now + delay,
      promptFor: sql`case when ${gt(payment.expiresAt, now - EXPIRY_GRACE_MS)} then ${payment.promptFor} end`,
      attention: sql`coalesce(${payment.attention}, ${ageMs >= ATTENTION_AFTER_MS ? "unsettled_for_long" : null})`,
      updatedAt: now,
    })
    .where(and(theRow, eq(payment.checks, known.checks)))
    .returning();
  return row ?? null;
}

async function recordSilence(ctx: CtxBase, row: PaymentRow, providerCode: string): Promise<void> {
  await recordEvent(ctx, {
    organizationId: row.organizationId,
    paymentId: row.id,
    refundId: null,
    source: "query",
    eventKey: `query:unknown:${providerCode}`,
    outcome: "unknown",
    providerCode,
    move: null,
    doubt: null,
    body: null,
    now: ctx.clock.now(),
  });
}
