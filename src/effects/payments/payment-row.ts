/** A payment as it is stored, and as its provider is asked about it. */
import type { Ctx } from "../../access/context.ts";
import type { payment, refund } from "../../db/schema/index.ts";
import { callbackUrl } from "./callback-address.ts";
import { openPayerPhone } from "./payer.ts";
import type { KnownCharge, RefundCharge } from "./provider.ts";
import { SEALED } from "./sealed.ts";

export type PaymentRow = typeof payment.$inferSelect;
export type RefundRow = typeof refund.$inferSelect;

/** States in which the provider's word is still to come. */
export const OPEN_PAYMENT_STATES = ["created", "pending", "unknown"] as const;
export const OPEN_REFUND_STATES = ["approved", "processing", "unknown"] as const;

type ChargeCtx = Pick<Ctx, "config" | "keyRing" | "clock">;

/** The payment as a question to its provider. */
export async function toKnownCharge(ctx: ChargeCtx, row: PaymentRow): Promise<KnownCharge> {
  const secret = await ctx.keyRing.open(row.callbackSecretSealed, SEALED.paymentCallback(row.id));
  return {
    paymentId: row.id,
    amount: row.amount,
    currency: row.currency,
    payerPhone: await openPayerPhone(ctx, row),
    reference: row.reference,
    callbackUrl: callbackUrl(ctx, row.provider, row.id, secret),
    allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
    now: ctx.clock.now(),
    providerId: row.providerId,
    requestedAt: row.createdAt,
  };
}

/** The refund as its provider is asked for it, and about it. */
export async function toRefundCharge(
  ctx: ChargeCtx,
  row: RefundRow,
  paid: PaymentRow,
): Promise<RefundCharge> {
  if (paid.providerId === null) {
    throw new Error(`The payment ${paid.id} has no id at its provider, so nothing of it can be refunded.`);
  }
  const secret = await ctx.keyRing.open(row.callbackSecretSealed, SEALED.refundCallback(row.id));
  return {
    refundId: row.id,
    paymentId: paid.id,
    amount: row.amount,
    currency: row.currency,
    reason: row.reason,
    providerId: paid.providerId,
    receiptNumber: paid.receiptNumber,
    callbackUrl: callbackUrl(ctx, paid.provider, row.id, secret),
    allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
    now: ctx.clock.now(),
  };
}
