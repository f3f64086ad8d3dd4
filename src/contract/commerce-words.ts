/** The words that catalogue items and orders are described with. Apart from their schemas, which cost time at start-up. */

/** `offered`: the plugin has it, and the merchant has not taken it into the shop yet. */
export const ITEM_STATES = ["offered", "imported", "retired"] as const;

export const ORDER_STATES = [
  "placed",
  "awaiting_payment",
  "paid",
  "preparing",
  "ready",
  "dispatched",
  "completed",
  "cancelled",
  "refunded",
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Why a person should look at an order: there is money to give back, or an order that money came for twice. */
export const ORDER_ATTENTION = ["cancelled_after_payment", "paid_after_cancellation", "paid_twice"] as const;
export type OrderAttention = (typeof ORDER_ATTENTION)[number];

export const AFTER_SALES_KINDS = ["return", "exchange", "complaint"] as const;

export const AFTER_SALES_STATES = ["open", "accepted", "declined"] as const;
