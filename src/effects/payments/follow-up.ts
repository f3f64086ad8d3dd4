import { and, eq, lte, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { payment, refund } from "../../db/schema/index.ts";
import { FOLLOW_UP_TRIES, followUpDelay } from "./limits.ts";
import type { PaymentRow, RefundRow } from "./payment-row.ts";

/** What another feature does when a payment or refund has ended. It may be run again, so it finds what it did before. */
export type FollowUp<Subject> = {
  /** For the log. */
  readonly name: string;
  readonly run: (call: { readonly ctx: Ctx; readonly subject: Subject }) => Promise<void>;
};

export type FollowUps = {
  readonly payment: readonly FollowUp<PaymentRow>[];
  readonly refund: readonly FollowUp<RefundRow>[];
};

type Subject = { readonly organizationId: string; readonly id: string };

/** Runs what follows the end of a payment, until all of it has been done once. Nothing happens when it is not due. */
export async function followUpPayment({
  ctx,
  input: { organizationId, id },
  followUps,
}: {
  ctx: Ctx;
  input: Subject;
  followUps: readonly FollowUp<PaymentRow>[];
}): Promise<void> {
  const now = ctx.clock.now();
  const known = await ctx.db
    .select({ tries: payment.followUpTries })
    .from(payment)
    .where(and(eq(payment.id, id), eq(payment.organizationId, organizationId), lte(payment.followUpAt, now)))
    .get();
  const [row] =
    known === undefined
      ? []
      : await ctx.db
          .update(payment)
          .set({ followUpTries: known.tries + 1, followUpAt: now + followUpDelay(known.tries) })
          .where(
            and(eq(payment.id, id), lte(payment.followUpAt, now), eq(payment.followUpTries, known.tries)),
          )
          .returning();
  if (row === undefined || row.settledAt === null) {
    return;
  }
  const end = await runAll(ctx, row, followUps);
  if (end !== null) {
    // Only while it is the end that was followed up: money can still arrive after another one.
    await ctx.db
      .update(payment)
      .set({ followUpAt: null, attention: sql`coalesce(${payment.attention}, ${end.attention})` })
      .where(and(eq(payment.id, id), eq(payment.state, row.state), eq(payment.settledAt, row.settledAt)));
  }
}

/** The same for a refund. */
export async function followUpRefund({
  ctx,
  input: { organizationId, id },
  followUps,
}: {
  ctx: Ctx;
  input: Subject;
  followUps: readonly FollowUp<RefundRow>[];
}): Promise<void> {
  const now = ctx.clock.now();
  const known = await ctx.db
    .select({ tries: refund.followUpTries })
    .from(refund)
    .where(and(eq(refund.id, id), eq(refund.organizationId, organizationId), lte(refund.followUpAt, now)))
    .get();
  const [row] =
    known === undefined
      ? []
      : await ctx.db
          .update(refund)
          .set({ followUpTries: known.tries + 1, followUpAt: now + followUpDelay(known.tries) })
          .where(and(eq(refund.id, id), lte(refund.followUpAt, now), eq(refund.followUpTries, known.tries)))
          .returning();
  if (row === undefined) {
    return;
  }
  const end = await runAll(ctx, row, followUps);
  if (end !== null) {
    await ctx.db
      .update(refund)
      .set({ followUpAt: null, attention: sql`coalesce(${refund.attention}, ${end.attention})` })
      .where(eq(refund.id, id));
  }
}

/** Runs each of them, a failing one without harm to the others. Null when it is to be tried again. */
async function runAll<Row extends { readonly id: string; readonly followUpTries: number }>(
  ctx: Ctx,
  subject: Row,
  followUps: readonly FollowUp<Row>[],
): Promise<{ readonly attention: "follow_up_failed" | null } | null> {
  let failures = 0;
  for (const { name, run } of followUps) {
    try {
      await run({ ctx, subject });
    } catch (error) {
      failures += 1;
      ctx.log.error("follow_up_failed", { name, id: subject.id, tries: subject.followUpTries, error });
    }
  }
  if (failures === 0) {
    return { attention: null };
  }
  return subject.followUpTries < FOLLOW_UP_TRIES ? null : { attention: "follow_up_failed" };
}
