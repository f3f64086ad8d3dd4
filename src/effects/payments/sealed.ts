import { payment, paymentAccount, refund, sandboxCharge } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";

/** Sealed values are bound to their row: none can be moved to another one's. */
export const SEALED = {
  credentials: (accountId: string) => `payment_account.credentials:${accountId}`,
  accountCallback: (accountId: string) => `payment_account.callback:${accountId}`,
  payerPhone: (paymentId: string) => `payment.payer_phone:${paymentId}`,
  paymentCallback: (paymentId: string) => `payment.callback:${paymentId}`,
  refundCallback: (refundId: string) => `refund.callback:${refundId}`,
  sandboxCallback: (chargeId: string) => `sandbox_charge.callback:${chargeId}`,
} as const;

export const SEALED_PAYMENT_COLUMNS: readonly SealedColumn[] = [
  { column: paymentAccount.credentialsSealed, purpose: SEALED.credentials },
  { column: paymentAccount.callbackSecretSealed, purpose: SEALED.accountCallback },
  { column: payment.payerPhoneSealed, purpose: SEALED.payerPhone },
  { column: payment.callbackSecretSealed, purpose: SEALED.paymentCallback },
  { column: refund.callbackSecretSealed, purpose: SEALED.refundCallback },
  { column: sandboxCharge.callbackUrlSealed, purpose: SEALED.sandboxCallback },
];
