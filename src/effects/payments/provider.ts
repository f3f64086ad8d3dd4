/**
 * The one face of every payment provider. A provider is asked at most once for a payment; what it answers is never
 * "paid": that is told by its callback, or by asking it for the state.
 */
import type { PaymentProviderName } from "../../contract/payments.ts";
import type { Issue } from "../../kernel/errors.ts";
import type { Result } from "../../kernel/result.ts";

/** Why money did not move, in words that every provider's codes are mapped to. */
export type PaymentFailure =
  | "insufficient_funds"
  | "cancelled_by_payer"
  | "wrong_pin"
  | "payer_unreachable"
  | "payer_busy"
  | "declined"
  | "limit_exceeded"
  | "expired"
  | "provider_refused"
  | "provider_unavailable";

/** What a provider is asked for. Amounts in minor units of the currency. */
export type Charge = {
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  /** E.164. */
  readonly payerPhone: string;
  /** Short and unique, for the provider's own statement: at most 12 characters of A-Z and 0-9. */
  readonly reference: string;
  readonly description: string;
  /** Where the provider reports, unguessable, one for each payment. */
  readonly callbackUrl: string;
  readonly allowLoopbackHttp: boolean;
  /** Epoch ms. */
  readonly now: number;
};

/** How asking ended. `unknown`: it may have been asked, so it is not asked again. */
export type AskOutcome =
  | { readonly state: "pending"; readonly providerId: string; readonly checkoutUrl: string | null }
  | { readonly state: "refused"; readonly failure: PaymentFailure; readonly providerCode: string }
  | { readonly state: "unknown"; readonly providerCode: string };

/** What a provider says became of a charge or a refund. */
export type ProviderNews = {
  /** The provider's id of what was asked; null when only our own id names it. */
  readonly providerId: string | null;
  readonly outcome: "succeeded" | "failed" | "cancelled" | "expired";
  readonly failure: PaymentFailure | null;
  /** Minor units, when the provider says how much; null when it does not. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** The number on the payer's own receipt, such as M-Pesa's `SFF6XYZ123`. */
  readonly receiptNumber: string | null;
  readonly providerCode: string;
};

/** The state of a charge as the provider has it now. */
export type QueryOutcome =
  | { readonly state: "pending" }
  | { readonly state: "settled"; readonly news: ProviderNews }
  /** The provider has never heard of it: it was not asked. */
  | { readonly state: "unheard_of" }
  /** What it could be asked by was in an answer that is lost: only a callback can tell. */
  | { readonly state: "unaskable" }
  /** No usable answer now. */
  | { readonly state: "unknown"; readonly providerCode: string };

/** A charge that is asked about. `providerId` is null when the answer to asking was lost. */
export type KnownCharge = Omit<Charge, "description"> & {
  readonly providerId: string | null;
  readonly requestedAt: number;
};

export type RefundCharge = {
  readonly refundId: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  readonly providerId: string;
  readonly receiptNumber: string | null;
  readonly callbackUrl: string;
  readonly allowLoopbackHttp: boolean;
  readonly now: number;
};

export type ProviderCallback = {
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
};

/** What a genuine callback speaks of. `reference`: our own reference, where the provider sends it back. */
export type CallbackContent = {
  readonly subject: "payment" | "refund";
  readonly reference: string | null;
  readonly news: ProviderNews;
};

/** `C`: the provider's credentials, opened. */
export type PaymentProvider<C = unknown> = {
  readonly name: PaymentProviderName;
  /** Currencies that it takes. */
  readonly currencies: readonly string[];
  /** How long a prompt or link lives, ms. */
  readonly promptLifetimeMs: number;
  /** Whether the payer gets a prompt on the phone, or a link that must be sent to them. */
  readonly asksBy: "prompt" | "link";
  /** Limits that would refuse the charge later, with pointers into the payment (`/amount`, `/description`). Pure. */
  readonly check: (
    charge: Pick<Charge, "amount" | "currency" | "payerPhone" | "description">,
  ) => readonly Issue[];
  readonly ask: (charge: Charge, credentials: C) => Promise<AskOutcome>;
  readonly query: (charge: KnownCharge, credentials: C) => Promise<QueryOutcome>;
  /** Verifies what can be verified (a signature), then reads. `ignored`: genuine, and not about money. */
  readonly readCallback: (
    callback: ProviderCallback,
    credentials: C,
  ) => Promise<Result<CallbackContent, "forged" | "malformed" | "ignored">>;
  readonly refund: (refund: RefundCharge, credentials: C) => Promise<AskOutcome>;
  readonly queryRefund: (
    refund: RefundCharge & { readonly refundProviderId: string | null },
    credentials: C,
  ) => Promise<QueryOutcome>;
};
