/**
 * What Daraja posts to us. It signs nothing: that it came to a path which nobody else knows is all that speaks for
 * it, so only its shape is checked here, and ids and amounts by whoever asked.
 */
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { CallbackContent } from "../provider.ts";
import { asAmount, asObject, asText, type JsonObject, parseObject } from "../read-json.ts";
import { CENTS_PER_SHILLING } from "./check-charge.ts";
import { explainChargeResult, explainReversalResult, explainTransactionState } from "./result-codes.ts";
import { STATUS_QUERY_OCCASION } from "./reversal.ts";

type Read = Result<CallbackContent, "malformed" | "ignored">;

/** A prompt's result, a reversal's, or that of asking about a reversal. */
export function readDarajaCallback(text: string): Read {
  const body = parseObject(text);
  const stk = asObject(asObject(body?.["Body"])?.["stkCallback"]);
  if (stk !== null) {
    return readStkCallback(stk);
  }
  const result = asObject(body?.["Result"]);
  return result === null ? err("malformed") : readResult(result);
}

function readStkCallback(callback: JsonObject): Read {
  const providerId = asText(callback["CheckoutRequestID"]);
  const providerCode = asText(callback["ResultCode"]);
  if (providerId === null || providerCode === null) {
    return err("malformed");
  }
  const meaning = explainChargeResult(providerCode);
  if (meaning === "pending") {
    return err("ignored");
  }
  const facts = namedValues(asObject(callback["CallbackMetadata"])?.["Item"], "Name");
  return ok({
    subject: "payment",
    reference: null,
    news: {
      providerId,
      ...meaning,
      ...money(facts.get("Amount")),
      receiptNumber: asText(facts.get("MpesaReceiptNumber")),
      providerCode,
    },
  });
}

function readResult(result: JsonObject): Read {
  const providerCode = asText(result["ResultCode"]);
  const conversation = asText(result["OriginatorConversationID"]);
  if (providerCode === null || conversation === null) {
    return err("malformed");
  }
  const facts = namedValues(asObject(result["ResultParameters"])?.["ResultParameter"], "Key");
  const references = namedValues(asObject(result["ReferenceData"])?.["ReferenceItem"], "Key");
  if (references.get("Occasion") !== STATUS_QUERY_OCCASION) {
    const meaning = explainReversalResult(providerCode);
    return ok({
      subject: "refund",
      reference: null,
      news: {
        providerId: conversation,
        ...meaning,
        ...money(facts.get("Amount")),
        // A failed one has a number too, which is on nobody's receipt.
        receiptNumber: meaning.outcome === "succeeded" ? asText(result["TransactionID"]) : null,
        providerCode,
      },
    });
  }
  // The question has a conversation of its own; the reversal's is among the facts.
  const state = asText(facts.get("TransactionStatus")) ?? "";
  const meaning = providerCode === "0" ? explainTransactionState(state) : null;
  if (meaning === null) {
    return err("ignored");
  }
  return ok({
    subject: "refund",
    reference: null,
    news: {
      providerId: asText(facts.get("OriginatorConversationID")),
      ...meaning,
      ...money(facts.get("Amount")),
      receiptNumber: asText(facts.get("ReceiptNo")),
      providerCode: state,
    },
  });
}

/** Values by their name, from a list in any order, or from the one object that a list of one may be. */
function namedValues(items: unknown, nameKey: "Name" | "Key"): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const item of Array.isArray(items) ? items : [items]) {
    const fields = asObject(item);
    const name = asText(fields?.[nameKey]);
    if (fields !== null && name !== null) {
      values.set(name, fields["Value"]);
    }
  }
  return values;
}

function money(value: unknown): { readonly amount: number | null; readonly currency: string | null } {
  const shillings = asAmount(value);
  return shillings === null
    ? { amount: null, currency: null }
    : { amount: Math.round(shillings * CENTS_PER_SHILLING), currency: "KES" };
}
