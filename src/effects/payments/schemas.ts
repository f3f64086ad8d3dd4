import { z } from "@hono/zod-openapi";
import {
  MpesaCredentials,
  PAYMENT_ATTENTION,
  PAYMENT_PROVIDERS,
  PAYMENT_STATES,
  Payment,
  PaystackCredentials,
  REFUND_STATES,
  Refund,
  RequestRefund,
} from "../../contract/payments.ts";
import { PageQuery } from "../../http/openapi.ts";

export const IdParam = z.object({ id: z.string().max(200) });
const Id = z.string().max(200);
const Time = z.iso.datetime({ offset: true });
const Name = z.string().trim().min(1).max(80);

const Attention = z
  .enum(PAYMENT_ATTENTION)
  .nullable()
  .openapi({ description: "Why a person should look at it; docs/payments.md explains each." });

export const StaffRefund = Refund.extend({
  installationId: z.string().nullable().openapi({ description: "The plugin that asked." }),
  requestedBy: z.object({ kind: z.string(), id: z.string() }),
  decidedBy: z.object({ kind: z.string(), id: z.string() }).nullable(),
  decidedAt: z.iso.datetime().nullable(),
  decisionNote: z.string().nullable(),
  attention: Attention,
}).openapi("Refund");
export type StaffRefund = z.infer<typeof StaffRefund>;

export const StaffPayment = Payment.extend({
  instanceId: z.string(),
  installationId: z.string().nullable().openapi({ description: "The plugin that asked; null for staff." }),
  accountId: z.string().nullable(),
  payer: z.string().openapi({ description: "The end of the payer's number.", example: "•••• 344" }),
  attention: Attention,
}).openapi("Payment");
export type StaffPayment = z.infer<typeof StaffPayment>;

export const PaymentEvent = z
  .object({
    id: z.string(),
    refundId: z.string().nullable(),
    source: z.enum(["answer", "callback", "query"]),
    outcome: z.string(),
    providerCode: z.string(),
    stateBefore: z.string(),
    stateAfter: z.string(),
    doubt: z.enum(PAYMENT_ATTENTION).nullable().openapi({ description: "Why it was not believed." }),
    body: z.string().nullable().openapi({ description: "What came in: JSON, redacted and cut." }),
    seen: z.int().openapi({ description: "How often it came." }),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
  })
  .openapi("PaymentEvent");
export type PaymentEvent = z.infer<typeof PaymentEvent>;

export const PaymentHistory = StaffPayment.extend({
  refunds: z.array(StaffRefund).openapi({ description: "Newest first." }),
  events: z.array(PaymentEvent).openapi({ description: "What the provider said, oldest first." }),
}).openapi("PaymentHistory");
export type PaymentHistory = z.infer<typeof PaymentHistory>;

export const PaymentsQuery = PageQuery.extend({
  state: z.enum(PAYMENT_STATES).optional(),
  instanceId: Id.optional(),
  installationId: Id.optional(),
  provider: z.enum(PAYMENT_PROVIDERS).optional(),
  orderReference: z.string().max(100).optional(),
  needsAttention: z.stringbool().optional().openapi({ type: "boolean" }),
  from: Time.optional().openapi({ description: "By when it was asked for." }),
  to: Time.optional().openapi({ description: "Not included." }),
});
export type PaymentsQuery = z.infer<typeof PaymentsQuery>;

export const RefundsQuery = PageQuery.extend({
  state: z.enum(REFUND_STATES).optional(),
  paymentId: Id.optional(),
});
export type RefundsQuery = z.infer<typeof RefundsQuery>;

export const TotalsQuery = z.object({
  groupBy: z.enum(["day", "provider"]).default("day"),
  from: Time.optional().openapi({ description: "Thirty days before `to` unless told." }),
  to: Time.optional().openapi({ description: "Now unless told; not included." }),
  instanceId: Id.optional(),
});
export type TotalsQuery = z.infer<typeof TotalsQuery>;

export const PaymentTotal = z
  .object({
    key: z
      .string()
      .openapi({ description: "The day (UTC) of the payment, or the provider.", example: "2026-11-20" }),
    currency: z.string(),
    payments: z.int().openapi({ description: "Those that succeeded." }),
    amount: z.int().openapi({ description: "Minor units that came in." }),
    refundedAmount: z.int().openapi({ description: "Minor units of them that went back, at whatever time." }),
  })
  .openapi("PaymentTotal");
export type PaymentTotal = z.infer<typeof PaymentTotal>;

export const StaffRequestRefund = RequestRefund.extend({
  idempotencyKey: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: "The same key refunds once, however often it is sent." }),
});
export type StaffRequestRefund = z.infer<typeof StaffRequestRefund>;

export const RefundDecision = z.strictObject({ note: z.string().trim().min(1).max(500).optional() });
export type RefundDecision = z.infer<typeof RefundDecision>;

const Account = { name: Name, isDefault: z.boolean().optional() };
export const CreatePaymentAccount = z.discriminatedUnion("provider", [
  z.strictObject({ provider: z.literal("sandbox"), ...Account }),
  z.strictObject({ provider: z.literal("mpesa"), ...Account, credentials: MpesaCredentials }),
  z.strictObject({ provider: z.literal("paystack"), ...Account, credentials: PaystackCredentials }),
]);
export type CreatePaymentAccount = z.infer<typeof CreatePaymentAccount>;

export const UpdatePaymentAccount = z
  .strictObject({
    name: Name.optional(),
    isDefault: z.literal(true).optional().openapi({ description: "The one before stops being it." }),
    credentials: z.record(z.string().max(40), z.string().max(1000).nullable()).optional().openapi({
      description: "Fields to change; null takes an optional one away, a mask leaves what is stored.",
    }),
  })
  .refine((fields) => Object.keys(fields).length > 0, "Name at least one field to change.");
export type UpdatePaymentAccount = z.infer<typeof UpdatePaymentAccount>;

export const PaymentAccount = z
  .object({
    id: z.string(),
    provider: z.enum(PAYMENT_PROVIDERS),
    name: z.string(),
    isDefault: z.boolean(),
    credentials: z.record(z.string(), z.string()).openapi({ description: "Secrets are masked." }),
    callbackUrl: z.string().nullable().openapi({
      description: "To enter on the provider's side, where it has one address for all payments.",
    }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("PaymentAccount");
export type PaymentAccount = z.infer<typeof PaymentAccount>;
