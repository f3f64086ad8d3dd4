export { paymentReceipt, refundReceipt } from "./follow-ups.ts";
export { openReceipt } from "./open-receipt.ts";
