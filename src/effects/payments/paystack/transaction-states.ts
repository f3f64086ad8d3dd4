/** What Paystack's states mean: https://paystack.com/docs/payments/verify-payments and /refunds */
import type { PaymentFailure, ProviderNews } from "../provider.ts";

export type StateMeaning = Pick<ProviderNews, "outcome" | "failure">;

const SUCCEEDED: StateMeaning = { outcome: "succeeded", failure: null };

/** By words of `gateway_response`, which is the bank's own sentence; the first that fits counts. */
const GATEWAY_SENTENCES: readonly (readonly [RegExp, StateMeaning])[] = [
  [/insufficient|not enough/i, { outcome: "failed", failure: "insufficient_funds" }],
  [/cancel/i, { outcome: "cancelled", failure: "cancelled_by_payer" }],
  [/\bpin\b|wrong otp|incorrect otp/i, { outcome: "failed", failure: "wrong_pin" }],
  [/limit/i, { outcome: "failed", failure: "limit_exceeded" }],
  [/time to pay|time-?out|timed out|session/i, { outcome: "expired", failure: "expired" }],
  [/unreachable|not reachable|offline/i, { outcome: "failed", failure: "payer_unreachable" }],
  [/issuer or switch|system malfunction/i, { outcome: "failed", failure: "provider_unavailable" }],
];

/** A failed transaction, by the bank's sentence about it. */
export function explainGatewayResponse(sentence: string): StateMeaning {
  return (
    GATEWAY_SENTENCES.find(([words]) => words.test(sentence))?.[1] ?? {
      outcome: "failed",
      failure: "declined",
    }
  );
}

/**
 * A transaction's state. `abandoned` is what Paystack calls every link that was not paid yet: it is pending for as
 * long as the link lives, and expired afterwards. Null for a state that nobody documented.
 */
export function explainTransactionState(
  state: string,
  { gatewayResponse, isLinkAlive }: { readonly gatewayResponse: string; readonly isLinkAlive: boolean },
): StateMeaning | "pending" | null {
  switch (state) {
    case "success":
      return SUCCEEDED;
    case "failed":
      return explainGatewayResponse(gatewayResponse);
    case "abandoned":
      return isLinkAlive ? "pending" : { outcome: "expired", failure: "expired" };
    case "ongoing":
    case "pending":
    case "processing":
    case "queued":
      return "pending";
    case "reversed":
      return { outcome: "failed", failure: "declined" };
    default:
      return null;
  }
}

/** What is wrong with a charge or refund that Paystack did not take, by the code and sentence of its answer. */
export function explainRefusal(words: string): PaymentFailure {
  if (/limit exceeded|cannot be processed online/i.test(words)) {
    return "limit_exceeded";
  }
  return /insufficient balance|balance is not enough/i.test(words)
    ? "insufficient_funds"
    : "provider_refused";
}

/** A refund's state. `needs-attention` waits for the merchant, in Paystack's dashboard. Null: nobody documented it. */
export function explainRefundState(state: string): StateMeaning | "pending" | null {
  switch (state) {
    case "processed":
      return SUCCEEDED;
    case "failed":
      return { outcome: "failed", failure: "provider_refused" };
    case "pending":
    case "processing":
    case "needs-attention":
      return "pending";
    default:
      return null;
  }
}
