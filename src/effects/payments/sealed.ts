/** Sealed values are bound to their row: none can be moved to another one's. */
export const SEALED = {
  credentials: (accountId: string) => `payment_account.credentials:${accountId}`,
  accountCallback: (accountId: string) => `payment_account.callback:${accountId}`,
  payerPhone: (paymentId: string) => `payment.payer_phone:${paymentId}`,
  paymentCallback: (paymentId: string) => `payment.callback:${paymentId}`,
  refundCallback: (refundId: string) => `refund.callback:${refundId}`,
  sandboxCallback: (chargeId: string) => `sandbox_charge.callback:${chargeId}`,
} as const;
