import type { OrderState } from "../../contract/commerce-words.ts";

/**
 * Where people and plugins may move an order to. Everything else is the platform's: a checkout makes it wait for
 * payment, a payment makes it paid, a refund in full makes it refunded.
 */
const FULFILMENT: Readonly<Record<OrderState, readonly OrderState[]>> = {
  placed: ["cancelled"],
  awaiting_payment: ["cancelled"],
  paid: ["preparing", "cancelled"],
  preparing: ["ready", "dispatched", "cancelled"],
  ready: ["completed", "cancelled"],
  dispatched: ["completed"],
  completed: [],
  cancelled: [],
  refunded: [],
};

/** The states that the order can be moved to by hand. */
export function movesFrom(state: OrderState): readonly OrderState[] {
  return FULFILMENT[state];
}

/** States in which money is still to come. */
export const UNPAID_STATES: readonly OrderState[] = ["placed", "awaiting_payment"];

/** States of an order that was paid and not given up since. */
export const PAID_STATES: readonly OrderState[] = ["paid", "preparing", "ready", "dispatched", "completed"];

/** States in which the customer has the goods, or could fetch them. */
export const HANDED_OVER_STATES: readonly OrderState[] = ["ready", "dispatched", "completed"];
