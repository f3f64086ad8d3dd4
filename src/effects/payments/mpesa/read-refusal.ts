/** What Daraja's gateway says when it does not take a call: `{requestId, errorCode, errorMessage}`. */
import type { AskOutcome, PaymentFailure } from "../provider.ts";
import { asText } from "../read-json.ts";
import type { DarajaAnswer } from "./daraja.adapter.ts";

const TOO_MANY_REQUESTS = 429;
const SERVER_ERRORS = 500;

/** "Spike arrest", "quota violation" and "system is busy": turned away at the door. */
const BUSY: ReadonlySet<string> = new Set(["500.003.02", "500.003.03"]);

/** One code for several refusals, which only their sentence tells apart. */
const SHARED = "500.001.1001";
const SHARED_SENTENCES: readonly (readonly [RegExp, PaymentFailure])[] = [
  [/unable to lock subscriber|already in process/i, "payer_busy"],
  [/wrong credentials|merchant does not exist/i, "provider_refused"],
];

/**
 * An answer without `ResponseCode: "0"`. Refused only where Daraja's own words, or a status below 500, say that
 * nothing was asked; everything else is unknown.
 */
export function readRefusal(answer: DarajaAnswer): Exclude<AskOutcome, { state: "pending" }> {
  if (answer.state === "not_asked") {
    return { state: "refused", failure: answer.failure, providerCode: answer.providerCode };
  }
  if (answer.state === "lost") {
    return { state: "unknown", providerCode: answer.providerCode };
  }
  const { status, body } = answer;
  const errorCode = asText(body["errorCode"]);
  const providerCode = errorCode ?? asText(body["ResponseCode"]) ?? `http_${status}`;
  const failure = failureOf(status, errorCode, asText(body["errorMessage"]) ?? "");
  return failure === null ? { state: "unknown", providerCode } : { state: "refused", failure, providerCode };
}

function failureOf(status: number, errorCode: string | null, message: string): PaymentFailure | null {
  if (status === TOO_MANY_REQUESTS || BUSY.has(errorCode ?? "")) {
    return "provider_unavailable";
  }
  if (errorCode === SHARED) {
    return SHARED_SENTENCES.find(([sentence]) => sentence.test(message))?.[1] ?? null;
  }
  return status >= SERVER_ERRORS ? null : "provider_refused";
}
