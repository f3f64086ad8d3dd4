export { findPaymentFor } from "./find-payment.ts";
export type { FollowUp } from "./follow-up.ts";
export { initiatePayment } from "./initiate-payment.ts";
export { maskPhone } from "./mask-phone.ts";
export { openPayerPhone } from "./payer.ts";
export type { PaymentRow, RefundRow } from "./payment-row.ts";
export { type PaymentRequest, planPayment } from "./plan-payment.ts";
export { presentPayment, presentRefund } from "./present.ts";
export { planRefund, REFUND_PERMISSIONS, requestRefund } from "./request-refund.ts";
