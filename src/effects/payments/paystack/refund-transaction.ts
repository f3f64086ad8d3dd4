/** https://paystack.com/docs/payments/refunds */
import type { PaystackCredentials } from "../../../contract/payments.ts";
import type { AskOutcome, ProviderNews, QueryOutcome, RefundCharge } from "../provider.ts";
import { asObject, asText, type JsonObject } from "../read-json.ts";
import { callPaystack } from "./paystack.adapter.ts";
import { readRefusal, refusalCode } from "./read-refusal.ts";
import { moneyOf, toSubunits } from "./subunits.ts";
import { explainRefundState, type StateMeaning } from "./transaction-states.ts";
import { dataOf } from "./verify-transaction.ts";

/** More refunds than one payment has in practice. */
const LIST_LENGTH = 100;

/**
 * Asks for money to go back. Paystack has no reference of ours for a refund: `merchant_note` carries our id, by which
 * a refund is found again whose answer was lost.
 */
export async function refundTransaction(
  refund: RefundCharge,
  credentials: PaystackCredentials,
): Promise<AskOutcome> {
  const answer = await callPaystack(
    {
      path: "/refund",
      body: {
        transaction: refund.providerId,
        amount: toSubunits(refund.amount, refund.currency),
        currency: refund.currency,
        customer_note: refund.reason,
        merchant_note: refund.refundId,
      },
      allowLoopbackHttp: refund.allowLoopbackHttp,
    },
    credentials,
  );
  const data = dataOf(answer);
  if (data !== null) {
    const providerId = asText(data["id"]);
    return providerId === null
      ? { state: "unknown", providerCode: "provider_answer_invalid" }
      : { state: "pending", providerId, checkoutUrl: null };
  }
  return readRefusal(answer);
}

/**
 * The state of a refund. Without Paystack's id it is looked for among the refunds of its transaction. One that is not
 * there is `unknown`, never `unheard_of`: Paystack would take it a second time, so nobody may conclude that from a list.
 */
export async function queryRefund(
  refund: RefundCharge & { readonly refundProviderId: string | null },
  credentials: PaystackCredentials,
): Promise<QueryOutcome> {
  return refund.refundProviderId === null
    ? findRefund(refund, credentials)
    : fetchRefund(refund.refundProviderId, refund, credentials);
}

async function fetchRefund(
  id: string,
  { allowLoopbackHttp }: RefundCharge,
  credentials: PaystackCredentials,
): Promise<QueryOutcome> {
  const answer = await callPaystack(
    { path: `/refund/${encodeURIComponent(id)}`, allowLoopbackHttp },
    credentials,
  );
  const data = dataOf(answer);
  if (data !== null) {
    return readState(data);
  }
  return {
    state: "unknown",
    providerCode: answer.state === "answered" ? refusalCode(answer.status, answer.body) : answer.providerCode,
  };
}

async function findRefund(
  { refundId, providerId, allowLoopbackHttp }: RefundCharge,
  credentials: PaystackCredentials,
): Promise<QueryOutcome> {
  const verified = await callPaystack(
    { path: `/transaction/verify/${encodeURIComponent(providerId)}`, allowLoopbackHttp },
    credentials,
  );
  const transactionId = asText(dataOf(verified)?.["id"]);
  if (transactionId === null) {
    return { state: "unknown", providerCode: "transaction_not_found" };
  }
  const listed = await callPaystack(
    {
      path: `/refund?transaction=${encodeURIComponent(transactionId)}&perPage=${LIST_LENGTH}`,
      allowLoopbackHttp,
    },
    credentials,
  );
  const rows = listed.state === "answered" ? listed.body["data"] : null;
  const found = (Array.isArray(rows) ? rows : [])
    .map(asObject)
    .find((row) => asText(row?.["merchant_note"]) === refundId);
  return found ? readState(found) : { state: "unknown", providerCode: "refund_not_found" };
}

function readState(data: JsonObject): QueryOutcome {
  const state = asText(data["status"]) ?? "";
  const meaning = explainRefundState(state);
  if (meaning === "pending") {
    return { state: "pending" };
  }
  return meaning === null
    ? { state: "unknown", providerCode: state || "provider_answer_invalid" }
    : { state: "settled", news: refundNews(data, meaning) };
}

/** What Paystack says of a refund that is decided; the same in an answer and in an event. */
export function refundNews(data: JsonObject, meaning: StateMeaning): ProviderNews {
  return {
    providerId: asText(data["id"]),
    ...meaning,
    ...moneyOf(data),
    receiptNumber: asText(data["refund_reference"]) ?? asText(data["bank_reference"]),
    providerCode: asText(data["status"]) ?? "",
  };
}
