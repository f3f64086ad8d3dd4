/**
 * What M-Pesa's result codes mean. From the tables of "M-Pesa Express" and "Reversals" on developer.safaricom.co.ke,
 * and for 26, 1001, 1031, 1036, 4999 and 9999, which are seen and not listed, from what they are sent with.
 */
import type { PaymentFailure, ProviderNews } from "../provider.ts";

export type ResultMeaning = Pick<ProviderNews, "outcome" | "failure">;

const failed = (failure: PaymentFailure): ResultMeaning => ({ outcome: "failed", failure });

const SUCCEEDED: ResultMeaning = { outcome: "succeeded", failure: null };

const CHARGE_RESULTS: ReadonlyMap<string, ResultMeaning> = new Map([
  ["0", SUCCEEDED],
  ["1", failed("insufficient_funds")],
  ["2", failed("limit_exceeded")], // below the least amount
  ["3", failed("limit_exceeded")], // above the largest
  ["4", failed("limit_exceeded")], // above the payer's day
  ["8", failed("limit_exceeded")], // the receiving account would hold too much
  ["17", failed("limit_exceeded")], // the same amount from the same payer within two minutes
  ["26", failed("provider_unavailable")], // system busy
  ["1001", failed("payer_busy")], // another transaction or session is open on the phone
  ["1019", { outcome: "expired", failure: "expired" }],
  ["1025", failed("provider_unavailable")], // the prompt could not be sent
  ["1031", { outcome: "cancelled", failure: "cancelled_by_payer" }],
  ["1032", { outcome: "cancelled", failure: "cancelled_by_payer" }],
  ["1036", failed("payer_unreachable")],
  ["1037", failed("payer_unreachable")], // off, out of reach, or nobody answered the prompt
  ["2001", failed("wrong_pin")],
  ["2028", failed("provider_refused")], // transaction type and receiving number do not go together
  ["8006", failed("declined")], // the payer's PIN is locked
  ["9999", failed("provider_unavailable")], // the prompt could not be sent
  ["SFC_IC0003", failed("provider_refused")], // the receiving number does not exist
]);

/** Seen where nothing is decided yet. */
const STILL_PROCESSING = "4999";

/** What became of a prompt. A code that nobody listed is a payment that was not made. */
export function explainChargeResult(code: string): ResultMeaning | "pending" {
  return code === STILL_PROCESSING ? "pending" : (CHARGE_RESULTS.get(code) ?? failed("declined"));
}

const REVERSAL_RESULTS: ReadonlyMap<string, ResultMeaning> = new Map([
  ["0", SUCCEEDED],
  ["1", failed("insufficient_funds")], // of the merchant
  ["26", failed("provider_unavailable")],
]);

/**
 * What became of a reversal. Its other codes name what is wrong with the initiator, the receipt or the account.
 * `R000001`, already reversed, is one of them: this reversal moved nothing.
 */
export function explainReversalResult(code: string): ResultMeaning {
  return REVERSAL_RESULTS.get(code) ?? failed("provider_refused");
}

const TRANSACTION_STATES: ReadonlyMap<string, ResultMeaning> = new Map([
  ["completed", SUCCEEDED],
  ["cancelled", failed("provider_refused")],
  ["declined", failed("provider_refused")],
  ["failed", failed("provider_refused")],
  ["expired", { outcome: "expired", failure: "expired" }],
]);

/** What a transaction status query says of a reversal; null while it is on its way. */
export function explainTransactionState(state: string): ResultMeaning | null {
  return TRANSACTION_STATES.get(state.toLowerCase()) ?? null;
}
