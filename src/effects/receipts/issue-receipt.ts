import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { nextInSeries } from "../../db/number-series.ts";
import { payment, receipt, refund } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { maskPhone, openPayerPhone } from "../payments/index.ts";
import { NUMBER_DIGITS } from "./limits.ts";
import { readProfile } from "./profile.ts";
import type { ReceiptContent } from "./receipt.ts";
import { providerName } from "./receipt-words.ts";

/** A payment that was paid, or a refund that went back. */
export type ReceiptSubject = { readonly kind: "payment" | "refund"; readonly id: string };

/**
 * Issues the receipt of a payment or a refund, once: asked again, the one that is there stays. Its number is the next
 * of the organisation's series of the year, given out in the same batch that writes the receipt, so that the series has
 * no gap. Returns its id, or null when no money has moved.
 */
export async function issueReceipt({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: ReceiptSubject;
}): Promise<string | null> {
  const existing = await findBySubject(ctx, input.id);
  if (existing !== null) {
    return existing;
  }
  const facts = input.kind === "payment" ? await ofPayment(ctx, input.id) : await ofRefund(ctx, input.id);
  if (facts === null) {
    return null;
  }
  const { organizationId, paymentId, refundId, payerPhoneSealed, settledAt, ...said } = facts;
  const profile = await readProfile(ctx, organizationId);
  const { name, lines, taxNumber, logo, thanks, timeZone, receiptPrefix } = profile;
  const content: Omit<ReceiptContent, "number"> = {
    kind: input.kind,
    issuedAt: settledAt,
    timeZone,
    business: { name, lines, taxNumber, logo, thanks },
    ...said,
    paymentId,
    payer: maskPhone(await openPayerPhone(ctx, { id: paymentId, payerPhoneSealed })),
  };
  const year = new Intl.DateTimeFormat("en", { timeZone, year: "numeric" }).format(settledAt);
  await insertNumbered(ctx, {
    organizationId,
    subjectId: input.id,
    paymentId,
    refundId,
    series: `receipt:${year}`,
    prefix: `${receiptPrefix}-${year}-`,
    content: JSON.stringify(content),
  });
  return findBySubject(ctx, input.id);
}

async function findBySubject({ db }: Pick<Ctx, "db">, subjectId: string): Promise<string | null> {
  const row = await db.select({ id: receipt.id }).from(receipt).where(eq(receipt.subjectId, subjectId)).get();
  return row?.id ?? null;
}

const PAYMENT_COLUMNS = {
  organizationId: payment.organizationId,
  paymentId: payment.id,
  payerPhoneSealed: payment.payerPhoneSealed,
  currency: payment.currency,
  orderReference: payment.orderReference,
  description: payment.description,
  provider: payment.provider,
};

async function ofPayment({ db }: Pick<Ctx, "db">, id: string) {
  const row = await db
    .select({
      ...PAYMENT_COLUMNS,
      amount: payment.amount,
      items: payment.items,
      orderDetails: payment.orderDetails,
      providerReference: payment.receiptNumber,
      settledAt: payment.settledAt,
    })
    .from(payment)
    .where(and(eq(payment.id, id), eq(payment.state, "succeeded")))
    .get();
  if (row === undefined || row.settledAt === null) {
    return null;
  }
  return {
    ...row,
    settledAt: row.settledAt,
    items: row.items === null ? [] : (JSON.parse(row.items) as ReceiptContent["items"]),
    provider: providerName(row.provider),
    refundId: null,
    refundOf: null,
  };
}

async function ofRefund({ db }: Pick<Ctx, "db">, id: string) {
  const row = await db
    .select({
      ...PAYMENT_COLUMNS,
      refundId: refund.id,
      amount: refund.amount,
      reason: refund.reason,
      providerReference: refund.providerId,
      settledAt: refund.settledAt,
      refundOf: receipt.number,
    })
    .from(refund)
    .innerJoin(payment, eq(payment.id, refund.paymentId))
    .leftJoin(receipt, eq(receipt.subjectId, payment.id))
    .where(and(eq(refund.id, id), eq(refund.state, "succeeded")))
    .get();
  if (row === undefined || row.settledAt === null) {
    return null;
  }
  const { reason, ...said } = row;
  return {
    ...said,
    settledAt: row.settledAt,
    description: reason,
    items: [],
    orderDetails: null,
    provider: providerName(row.provider),
  };
}

type Numbered = {
  readonly organizationId: string;
  readonly subjectId: string;
  readonly paymentId: string;
  readonly refundId: string | null;
  readonly series: string;
  readonly prefix: string;
  readonly content: string;
};

/** One batch: the series is begun where it is new, the receipt takes its next number, and only then it moves on. */
async function insertNumbered(ctx: Ctx, row: Numbered): Promise<void> {
  const { db } = ctx;
  const { begin, number, from, advance } = nextInSeries(db, { ...row, digits: NUMBER_DIGITS });
  await db.batch([
    begin,
    db
      .insert(receipt)
      // In the order of the table's columns.
      .select(
        sql`select ${newId("receipt")}, ${row.organizationId}, ${row.subjectId}, ${row.paymentId}, ${row.refundId}, ${number},
                   ${row.content}, 0, null, null, null, ${ctx.clock.now()} ${from}`,
      )
      .onConflictDoNothing(),
    advance,
  ]);
}
