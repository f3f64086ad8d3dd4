import { customerOrder } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";

/** Sealed values are bound to their row: none can be moved to another one's. */
export const SEALED = {
  customerPhone: (orderId: string) => `customer_order.customer_phone:${orderId}`,
} as const;

export const SEALED_ORDER_COLUMNS: readonly SealedColumn[] = [
  { column: customerOrder.customerPhoneSealed, purpose: SEALED.customerPhone },
];
