export { findPaymentFor } from "./find-payment.ts";
export type { FollowUp } from "./follow-up.ts";
export { initiatePayment } from "./initiate-payment.ts";
export { ORDER_DETAILS_MAX_BYTES } from "./limits.ts";
export { maskPhone } from "./mask-phone.ts";
export { openPayerPhone } from "./payer.ts";
export type { PaymentRow, RefundRow } from "./payment-row.ts";
export { OPEN_PAYMENT_STATES, type PaymentRow, type RefundRow } from "./payment-row.ts";
export {
  type PaymentPlan,
  type PaymentRequest,
  type PaymentRequest,
  planPayment,
  planPayment,
  planPaymentFor,
} from "./plan-payment.ts";
export { presentPayment, presentRefund } from "./present.ts";
export { planRefund, REFUND_PERMISSIONS, requestRefund } from "./request-refund.ts";
