/** What people look at: payments, their history, refunds and sums. */
import { and, asc, desc, eq, gte, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { payment, paymentEvent, refund } from "../../db/schema/index.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { findPaymentFor } from "./find-payment.ts";
import { presentEvent, presentStaffPayment, presentStaffRefund } from "./present.ts";
import type {
  PaymentHistory,
  PaymentsQuery,
  PaymentTotal,
  RefundsQuery,
  StaffPayment,
  StaffRefund,
  TotalsQuery,
} from "./schemas.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_DAYS = 30;
/** Two years of days in a currency. */
const TOTALS_MAX = 1_000;

/** The organisation's payments that fit every filter given, newest first. */
export async function listPayments({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: PaymentsQuery;
}): Promise<Page<StaffPayment>> {
  const organizationId = requirePermission(ctx, "payments:read");
  const { state, instanceId, installationId, provider, orderReference, needsAttention, from, to } = input;
  const rows = await ctx.db
    .select()
    .from(payment)
    .where(
      and(
        eq(payment.organizationId, organizationId),
        state && eq(payment.state, state),
        instanceId === undefined ? undefined : eq(payment.instanceId, instanceId),
        installationId === undefined ? undefined : eq(payment.installationId, installationId),
        provider && eq(payment.provider, provider),
        orderReference === undefined ? undefined : eq(payment.orderReference, orderReference),
        needsAttention === undefined ? undefined : (needsAttention ? isNotNull : isNull)(payment.attention),
        from === undefined ? undefined : gte(payment.createdAt, Date.parse(from)),
        to === undefined ? undefined : lt(payment.createdAt, Date.parse(to)),
        input.cursor === undefined ? undefined : lt(payment.id, input.cursor),
      ),
    )
    .orderBy(desc(payment.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => row);
  return { ...page, data: await Promise.all(page.data.map((row) => presentStaffPayment(ctx, row))) };
}

/** A payment with its refunds and with everything that the provider said of it. Throws `payment_not_found`. */
export async function getPaymentHistory({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<PaymentHistory> {
  const organizationId = requirePermission(ctx, "payments:read");
  const row = await findPaymentFor(ctx, organizationId, input.id);
  const [refunds, events] = await ctx.db.batch([
    ctx.db.select().from(refund).where(eq(refund.paymentId, row.id)).orderBy(desc(refund.id)),
    ctx.db
      .select()
      .from(paymentEvent)
      .where(eq(paymentEvent.paymentId, row.id))
      .orderBy(asc(paymentEvent.id)),
  ]);
  return {
    ...(await presentStaffPayment(ctx, row)),
    refunds: refunds.map(presentStaffRefund),
    events: events.map(presentEvent),
  };
}

/** The organisation's refunds, newest first; `state=requested` are those that wait for a decision. */
export async function listRefunds({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: RefundsQuery;
}): Promise<Page<StaffRefund>> {
  const organizationId = requirePermission(ctx, "payments:read");
  const rows = await ctx.db
    .select()
    .from(refund)
    .where(
      and(
        eq(refund.organizationId, organizationId),
        input.state && eq(refund.state, input.state),
        input.paymentId === undefined ? undefined : eq(refund.paymentId, input.paymentId),
        input.cursor === undefined ? undefined : lt(refund.id, input.cursor),
      ),
    )
    .orderBy(desc(refund.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentStaffRefund);
}

/** What was paid between two times, summed by day or provider and by currency, in the order of the keys. */
export async function totalPayments({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: TotalsQuery;
}): Promise<{ data: PaymentTotal[]; nextCursor: null }> {
  const organizationId = requirePermission(ctx, "payments:read");
  const to = input.to === undefined ? ctx.clock.now() + 1 : Date.parse(input.to);
  const from = input.from === undefined ? to - DEFAULT_DAYS * DAY_MS : Date.parse(input.from);
  const key =
    input.groupBy === "day"
      ? sql<string>`strftime('%Y-%m-%d', ${payment.settledAt} / 1000, 'unixepoch')`
      : sql<string>`${payment.provider}`;
  const data = await ctx.db
    .select({
      key: key.as("total_key"),
      currency: payment.currency,
      payments: sql<number>`count(*)`,
      amount: sql<number>`sum(${payment.amount})`,
      refundedAmount: sql<number>`sum(${payment.refundedAmount})`,
    })
    .from(payment)
    .where(
      and(
        eq(payment.organizationId, organizationId),
        eq(payment.state, "succeeded"),
        gte(payment.settledAt, from),
        lt(payment.settledAt, to),
        input.instanceId === undefined ? undefined : eq(payment.instanceId, input.instanceId),
      ),
    )
    .groupBy(sql`total_key`, payment.currency)
    .orderBy(asc(sql`total_key`), asc(payment.currency))
    .limit(TOTALS_MAX);
  return { data, nextCursor: null };
}
