export { AFTER_SALES_PERMISSIONS, openAfterSales, planAfterSales } from "./after-sales.ts";
export { checkOutOrder, planCheckout } from "./check-out-order.ts";
export { orderPayment, orderRefund } from "./follow-ups.ts";
export { moveOrder, planMove, UPDATE_PERMISSIONS } from "./move-order.ts";
export { placeOrder } from "./place-order.ts";
export { planOrder } from "./plan-order.ts";
export { presentAfterSales, presentOrder } from "./present.ts";
export { getOrder, READ_PERMISSIONS } from "./read-orders.ts";
export { requireCatalogSync, syncCatalog } from "./sync-catalog.ts";
