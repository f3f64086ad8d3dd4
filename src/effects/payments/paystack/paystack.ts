import type { PaystackCredentials } from "../../../contract/payments.ts";
import type { PaymentProvider } from "../provider.ts";
import { checkPaystackCharge, PAYSTACK_CURRENCIES } from "./check-charge.ts";
import { initializeTransaction } from "./initialize-transaction.ts";
import { readPaystackEvent } from "./read-event.ts";
import { queryRefund, refundTransaction } from "./refund-transaction.ts";
import { LINK_LIFETIME_MS, verifyTransaction } from "./verify-transaction.ts";

/** Paystack: a link to a checkout page, for cards, banks and mobile money. */
export const paystack: PaymentProvider<PaystackCredentials> = {
  name: "paystack",
  currencies: PAYSTACK_CURRENCIES,
  promptLifetimeMs: LINK_LIFETIME_MS,
  asksBy: "link",
  check: checkPaystackCharge,
  ask: initializeTransaction,
  query: verifyTransaction,
  readCallback: readPaystackEvent,
  refund: refundTransaction,
  queryRefund,
};
