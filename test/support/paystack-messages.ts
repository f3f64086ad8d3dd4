/** What Paystack looks at before it takes a call, and what its transactions and refunds look like on the wire. */
import { PAYMENT_CREDENTIALS } from "./payment-stand-in.ts";
import type { Charge, JsonBody } from "./provider-books.ts";

/** Paystack's least amounts, in hundredths. */
const LEAST: Readonly<Record<string, number>> = {
  NGN: 5_000,
  GHS: 10,
  ZAR: 100,
  KES: 300,
  USD: 200,
  XOF: 100,
};
const LARGEST = 1_000_000_000;

/** HTTP status, sentence, code. */
export type Refusal = readonly [number, string, string];

export type Transaction = Charge & {
  readonly number: number;
  readonly currency: string;
  status: "abandoned" | "success" | "failed";
  sentence: string;
};
export type Refund = {
  readonly id: number;
  readonly transaction: Transaction;
  readonly amount: number;
  readonly customerNote: string;
  readonly merchantNote: string;
  status: "pending" | "processed" | "failed";
};

type Asked = Pick<Transaction, "payer" | "amount" | "currency" | "reference">;

/** What Paystack looks at before it opens a page. */
export function checkTransaction(body: JsonBody): Asked | { readonly refusal: Refusal } {
  const { email, amount, currency = "NGN", reference } = body;
  const payer = /^(\d{8,15})@[a-z0-9.-]+\.[a-z]{2,}$/.exec(String(email))?.[1];
  if (payer === undefined) {
    return { refusal: [400, "Invalid Email Address Passed", "invalid_email_address"] };
  }
  const least = LEAST[String(currency)];
  if (least === undefined) {
    return { refusal: [403, "Currency not supported by merchant", "unsupported_currency"] };
  }
  if (!Number.isInteger(amount) || (amount as number) < least) {
    return { refusal: [400, "Invalid Amount Sent", "invalid_amount"] };
  }
  if ((amount as number) > LARGEST) {
    return { refusal: [400, "Transaction amount limit exceeded", "amount_limit_exceeded"] };
  }
  if (typeof reference !== "string" || !/^[A-Za-z0-9.=-]+$/.test(reference)) {
    return { refusal: [400, "Invalid character in transaction reference", "invalid_reference"] };
  }
  return { payer, amount: amount as number, currency: String(currency), reference };
}

export function dataOf({
  id,
  number,
  amount,
  currency,
  status,
  sentence,
  receiptNumber,
  payer,
}: Transaction) {
  return {
    id: number,
    domain: "test",
    status,
    reference: id,
    receipt_number: receiptNumber,
    amount,
    message: null,
    gateway_response: sentence,
    paid_at: status === "success" ? "2026-11-21T09:30:00.000Z" : null,
    channel: "mobile_money",
    currency,
    customer: { email: `${payer}@${PAYMENT_CREDENTIALS.paystack.emailDomain}` },
    requested_amount: amount,
  };
}

export function refundData({ id, transaction, amount, customerNote, merchantNote, status }: Refund) {
  return {
    id,
    integration: 412_829,
    domain: "test",
    transaction: transaction.number,
    transaction_reference: transaction.id,
    amount,
    currency: transaction.currency,
    status,
    customer_note: customerNote,
    merchant_note: merchantNote,
    deducted_amount: 0,
    fully_deducted: false,
  };
}
