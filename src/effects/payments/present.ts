/** Rows as the APIs show them: no number of a payer, times in ISO 8601. */
import type { Ctx } from "../../access/context.ts";
import type { Payment, PaymentItem, Refund } from "../../contract/payments.ts";
import type { paymentEvent } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { type AccountRow, openCredentials } from "./accounts.ts";
import { accountCallbackUrl } from "./callback-address.ts";
import { maskCredentials } from "./credentials.ts";
import { maskPhone } from "./mask-phone.ts";
import { openPayerPhone } from "./payer.ts";
import type { PaymentRow, RefundRow } from "./payment-row.ts";
import type { PaymentAccount, PaymentEvent, StaffPayment, StaffRefund } from "./schemas.ts";

/** A payment as plugins see it. */
export function presentPayment(row: PaymentRow): Payment {
  return {
    id: row.id,
    state: row.state,
    failure: row.failure,
    amount: row.amount,
    currency: row.currency,
    refundedAmount: row.refundedAmount,
    orderReference: row.orderReference,
    description: row.description,
    items: row.items === null ? null : (JSON.parse(row.items) as PaymentItem[]),
    orderDetails: row.orderDetails === null ? null : (JSON.parse(row.orderDetails) as unknown),
    provider: row.provider,
    reference: row.reference,
    receiptNumber: row.receiptNumber,
    checkoutUrl: row.checkoutUrl,
    expiresAt: isoTime(row.expiresAt),
    settledAt: row.settledAt === null ? null : isoTime(row.settledAt),
    createdAt: isoTime(row.createdAt),
  };
}

/** A refund as plugins see it. */
export function presentRefund(row: RefundRow): Refund {
  return {
    id: row.id,
    paymentId: row.paymentId,
    state: row.state,
    failure: row.failure,
    amount: row.amount,
    currency: row.currency,
    reason: row.reason,
    settledAt: row.settledAt === null ? null : isoTime(row.settledAt),
    createdAt: isoTime(row.createdAt),
  };
}

type PresentCtx = Pick<Ctx, "config" | "keyRing">;

/** A payment as staff see it: of the payer's number, its end only. */
export async function presentStaffPayment({ keyRing }: PresentCtx, row: PaymentRow): Promise<StaffPayment> {
  return {
    ...presentPayment(row),
    instanceId: row.instanceId,
    installationId: row.installationId,
    accountId: row.accountId,
    payer: maskPhone(await openPayerPhone({ keyRing }, row)),
    attention: row.attention,
  };
}

/** A refund as staff see it. */
export function presentStaffRefund(row: RefundRow): StaffRefund {
  return {
    ...presentRefund(row),
    installationId: row.installationId,
    requestedBy: { kind: row.requestedByKind, id: row.requestedById },
    decidedBy:
      row.decidedByKind === null || row.decidedById === null
        ? null
        : { kind: row.decidedByKind, id: row.decidedById },
    decidedAt: row.decidedAt === null ? null : isoTime(row.decidedAt),
    decisionNote: row.decisionNote,
    attention: row.attention,
  };
}

export function presentEvent(row: typeof paymentEvent.$inferSelect): PaymentEvent {
  const { organizationId: _, paymentId: __, eventKey: ___, createdAt, lastSeenAt, ...shown } = row;
  return { ...shown, createdAt: isoTime(createdAt), lastSeenAt: isoTime(lastSeenAt) };
}

/** An account without its secrets. */
export async function presentAccount(ctx: PresentCtx, row: AccountRow): Promise<PaymentAccount> {
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    isDefault: row.isDefault,
    credentials: maskCredentials(await openCredentials(ctx.keyRing, row)),
    callbackUrl: await accountCallbackUrl(ctx, row),
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}
