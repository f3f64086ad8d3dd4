import type { PaystackCredentials } from "../../../contract/payments.ts";
import type { KnownCharge, ProviderNews, QueryOutcome } from "../provider.ts";
import { asObject, asText, type JsonObject } from "../read-json.ts";
import { callPaystack, type PaystackAnswer } from "./paystack.adapter.ts";
import { refusalCode, wordsOf } from "./read-refusal.ts";
import { moneyOf } from "./subunits.ts";
import { explainTransactionState, type StateMeaning } from "./transaction-states.ts";

const HOUR_MS = 60 * 60 * 1_000;

/** How long we wait for a link to be paid. Paystack's own live until they are paid, unless the dashboard says less. */
export const LINK_LIFETIME_MS = 24 * HOUR_MS;

/** The state of a charge by our reference, which Paystack knows if it ever took the charge. */
export async function verifyTransaction(
  charge: KnownCharge,
  credentials: PaystackCredentials,
): Promise<QueryOutcome> {
  const answer = await callPaystack(
    {
      path: `/transaction/verify/${encodeURIComponent(charge.reference)}`,
      allowLoopbackHttp: charge.allowLoopbackHttp,
    },
    credentials,
  );
  const transaction = dataOf(answer);
  if (transaction === null) {
    return explainNoData(answer);
  }
  const state = asText(transaction["status"]) ?? "";
  if (asText(transaction["reference"]) !== charge.reference) {
    return { state: "unknown", providerCode: "provider_answer_invalid" };
  }
  const meaning = explainTransactionState(state, {
    gatewayResponse: asText(transaction["gateway_response"]) ?? "",
    isLinkAlive: charge.now < charge.requestedAt + LINK_LIFETIME_MS,
  });
  if (meaning === "pending") {
    return { state: "pending" };
  }
  return meaning === null
    ? { state: "unknown", providerCode: state || "provider_answer_invalid" }
    : { state: "settled", news: chargeNews(transaction, meaning) };
}

/** The object under `data` of a successful answer. */
export function dataOf(answer: PaystackAnswer): JsonObject | null {
  return answer.state === "answered" && answer.status === 200 && answer.body["status"] === true
    ? asObject(answer.body["data"])
    : null;
}

/** What Paystack says of a transaction that is decided; the same in an answer and in an event. */
export function chargeNews(transaction: JsonObject, meaning: StateMeaning): ProviderNews {
  return {
    providerId: asText(transaction["reference"]),
    ...meaning,
    ...moneyOf(transaction),
    receiptNumber: asText(transaction["receipt_number"]),
    providerCode: codeOf(transaction),
  };
}

/** Banks' sentences are short; what is longer is not one. */
const SENTENCE_CHARACTERS = 100;

function codeOf(transaction: JsonObject): string {
  const sentence = asText(transaction["gateway_response"]) ?? asText(transaction["status"]) ?? "";
  return sentence.slice(0, SENTENCE_CHARACTERS);
}

const NOT_FOUND = /transaction_not_found|transaction reference not found|transaction not found/i;

function explainNoData(answer: PaystackAnswer): QueryOutcome {
  if (answer.state !== "answered") {
    return { state: "unknown", providerCode: answer.providerCode };
  }
  const { status, body } = answer;
  const isUnheardOf = (status === 400 || status === 404) && NOT_FOUND.test(wordsOf(body));
  return isUnheardOf
    ? { state: "unheard_of" }
    : { state: "unknown", providerCode: refusalCode(status, body) };
}
