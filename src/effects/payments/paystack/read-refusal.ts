/** What Paystack says when it does not take a call: `{status: false, message, type, code, meta}`. */
import type { AskOutcome } from "../provider.ts";
import { asText, type JsonObject } from "../read-json.ts";
import type { PaystackAnswer } from "./paystack.adapter.ts";
import { explainRefusal } from "./transaction-states.ts";

const TOO_MANY_REQUESTS = 429;
const SERVER_ERRORS = 500;

/** Paystack's sentences are short; what is longer is not one. */
const SENTENCE_CHARACTERS = 100;

/** Its code where it has one, else its sentence, cut; an answer without either is named by its status. */
export function refusalCode(status: number, body: JsonObject): string {
  return asText(body["code"]) ?? asText(body["message"])?.slice(0, SENTENCE_CHARACTERS) ?? `http_${status}`;
}

/** Words of a refusal, code and sentence: older ones have no code. */
export function wordsOf(body: JsonObject): string {
  return `${asText(body["code"]) ?? ""} ${asText(body["message"]) ?? ""}`;
}

/** An answer without success. What Paystack may have begun before it broke is unknown. */
export function readRefusal(answer: PaystackAnswer): Exclude<AskOutcome, { state: "pending" }> {
  if (answer.state === "not_asked") {
    return { state: "refused", failure: "provider_refused", providerCode: answer.providerCode };
  }
  if (answer.state === "lost") {
    return { state: "unknown", providerCode: answer.providerCode };
  }
  const { status, body } = answer;
  const providerCode = refusalCode(status, body);
  if (status === TOO_MANY_REQUESTS) {
    return { state: "refused", failure: "provider_unavailable", providerCode };
  }
  // A reference is ours alone: when it is taken, an earlier try of this very charge got through.
  const isTaken = /duplicate[_ ]/i.test(wordsOf(body));
  return isTaken || status < 400 || status >= SERVER_ERRORS
    ? { state: "unknown", providerCode }
    : { state: "refused", failure: explainRefusal(wordsOf(body)), providerCode };
}
