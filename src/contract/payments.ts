/** What a payment and its provider look like on the wire. */
import { z } from "zod";
import { PAYMENT_PROVIDERS, PAYMENT_STATES, REFUND_STATES } from "./payment-words.ts";
import { Recipient } from "./recipient.ts";

export {
  PAYMENT_ATTENTION,
  PAYMENT_PROVIDERS,
  PAYMENT_STATES,
  type PaymentProviderName,
  REFUND_STATES,
} from "./payment-words.ts";

const Origin = z
  .url({ protocol: /^https?$/ })
  .max(200)
  .refine((url) => !url.endsWith("/") && new URL(url).search === "", "Leave out the slash and the query.");

/** Safaricom's Daraja. `initiator` and `securityCredential` are for reversals only. */
export const MpesaCredentials = z.strictObject({
  consumerKey: z.string().min(8).max(200),
  consumerSecret: z.string().min(8).max(200),
  shortCode: z.string().regex(/^\d{5,7}$/, "A short code is 5 to 7 digits."),
  passKey: z.string().min(16).max(200),
  type: z.enum(["paybill", "buy_goods"]),
  /** With `buy_goods`: the till that gets the money, when it is not the short code. */
  till: z
    .string()
    .regex(/^\d{5,8}$/)
    .optional(),
  initiator: z.string().min(1).max(100).optional(),
  securityCredential: z.string().min(16).max(1000).optional(),
  apiBaseUrl: Origin.optional(),
});
export type MpesaCredentials = z.infer<typeof MpesaCredentials>;

export const PaystackCredentials = z.strictObject({
  secretKey: z
    .string()
    .regex(/^sk_(test|live)_[A-Za-z0-9]{16,100}$/, "A secret key starts sk_test_ or sk_live_."),
  /** Paystack asks for an e-mail address of each payer; a phone-only payer gets one at this domain. */
  emailDomain: z.string().regex(/^[a-z0-9.-]+\.[a-z]{2,}$/),
  apiBaseUrl: Origin.optional(),
});
export type PaystackCredentials = z.infer<typeof PaystackCredentials>;

export type ProviderCredentials = MpesaCredentials | PaystackCredentials;

/** Fields that are never shown again once they are stored. */
export const SECRET_PAYMENT_CREDENTIALS: ReadonlySet<string> = new Set([
  "consumerKey",
  "consumerSecret",
  "passKey",
  "securityCredential",
  "secretKey",
]);

/** Largest amount, in minor units: a slip of the hand beyond it is refused wherever it comes from. */
export const AMOUNT_MAX = 100_000_000_00;

/** Minor units of the currency: 125000 are 1,250.00 KES. */
const Amount = z.int().min(1).max(AMOUNT_MAX);
export const Currency = z.string().regex(/^[A-Z]{3}$/, "An ISO 4217 code, such as KES.");

export const PaymentItem = z.strictObject({
  name: z.string().min(1).max(200),
  quantity: z.int().min(1).max(100_000),
  /** Minor units. */
  unitAmount: z.int().min(0).max(AMOUNT_MAX),
});
export type PaymentItem = z.infer<typeof PaymentItem>;

/** What a payment is for, whoever asks. */
export const PaymentTerms = z.strictObject({
  amount: Amount,
  currency: Currency,
  /** The shop's own number of what is paid for. */
  orderReference: z.string().trim().min(1).max(100),
  description: z.string().trim().min(1).max(200),
  /** They must add up to the amount. */
  items: z.array(PaymentItem).min(1).max(100).optional(),
  /** One provider rather than the organisation's default. */
  provider: z.enum(PAYMENT_PROVIDERS).optional(),
});
export type PaymentTerms = z.infer<typeof PaymentTerms>;

export const InitiatePayment = PaymentTerms.extend({
  recipient: Recipient,
  /** Free form. Stored and shown on as it came. */
  orderDetails: z.record(z.string(), z.unknown()).optional(),
});
export type InitiatePayment = z.infer<typeof InitiatePayment>;

export const RequestRefund = z.strictObject({
  /** The rest of what was paid, unless told. */
  amount: Amount.optional(),
  reason: z.string().trim().min(1).max(500),
});
export type RequestRefund = z.infer<typeof RequestRefund>;

/** Times in ISO 8601. */
export const Payment = z.object({
  id: z.string(),
  state: z.enum(PAYMENT_STATES),
  /** Why money did not move. */
  failure: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
  /** What has gone back. */
  refundedAmount: z.int(),
  orderReference: z.string(),
  description: z.string(),
  items: z.array(PaymentItem).nullable(),
  orderDetails: z.unknown(),
  provider: z.enum(PAYMENT_PROVIDERS),
  /** What the payer's own statement shows. */
  reference: z.string(),
  /** The number on the payer's own receipt. */
  receiptNumber: z.string().nullable(),
  /** Where the payer pays, with providers that ask by a link. It was sent to them. */
  checkoutUrl: z.string().nullable(),
  expiresAt: z.iso.datetime(),
  settledAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type Payment = z.infer<typeof Payment>;

export const Refund = z.object({
  id: z.string(),
  paymentId: z.string(),
  /** `requested`: it waits for the decision of a person. */
  state: z.enum(REFUND_STATES),
  failure: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
  reason: z.string(),
  settledAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type Refund = z.infer<typeof Refund>;
