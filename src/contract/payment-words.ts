/** The words that payments and refunds are described with. Apart from their schemas, which cost time at start-up. */

export const PAYMENT_PROVIDERS = ["sandbox", "mpesa", "paystack"] as const;
export type PaymentProviderName = (typeof PAYMENT_PROVIDERS)[number];

/** `unknown`: the provider may have been asked; a callback or a status query settles it. */
export const PAYMENT_STATES = [
  "created",
  "pending",
  "unknown",
  "succeeded",
  "failed",
  "expired",
  "cancelled",
] as const;

export const REFUND_STATES = [
  "requested",
  "approved",
  "rejected",
  "processing",
  "unknown",
  "succeeded",
  "failed",
] as const;

/** Why a person should look at a payment or a refund: news that does not fit, or that never came. */
export const PAYMENT_ATTENTION = [
  "amount_differs",
  "currency_differs",
  "reference_differs",
  "provider_id_differs",
  "paid_after_end",
  "refunded_after_end",
  "unsettled_for_long",
  "follow_up_failed",
] as const;
export type PaymentAttention = (typeof PAYMENT_ATTENTION)[number];
