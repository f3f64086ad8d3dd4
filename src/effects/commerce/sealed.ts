/** Sealed values are bound to their row: none can be moved to another one's. */
export const SEALED = {
  customerPhone: (orderId: string) => `customer_order.customer_phone:${orderId}`,
} as const;
