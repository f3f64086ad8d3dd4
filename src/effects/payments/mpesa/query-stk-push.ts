import type { MpesaCredentials } from "../../../contract/payments.ts";
import type { KnownCharge, QueryOutcome } from "../provider.ts";
import { asText } from "../read-json.ts";
import { callDaraja } from "./daraja.adapter.ts";
import { signedBy } from "./password.ts";
import { explainChargeResult } from "./result-codes.ts";

/** "The transaction is being processed" comes as an error, and newer ones with "still under processing". */
const STILL_PROCESSING = /being processed|under processing/i;

/**
 * What became of a prompt. Daraja knows prompts by its own id alone, so without one there is nothing to ask by. Its
 * answer tells neither the amount nor the receipt number: those come by callback only.
 */
export async function queryStkPush(
  charge: KnownCharge,
  credentials: MpesaCredentials,
): Promise<QueryOutcome> {
  const { providerId, now, allowLoopbackHttp } = charge;
  if (providerId === null) {
    return { state: "unaskable" };
  }
  const answer = await callDaraja(
    {
      path: "/mpesa/stkpushquery/v1/query",
      body: { ...signedBy(credentials, now), CheckoutRequestID: providerId },
      allowLoopbackHttp,
      now,
    },
    credentials,
  );
  if (answer.state !== "answered") {
    return { state: "unknown", providerCode: answer.providerCode };
  }
  const { status, body } = answer;
  const providerCode = asText(body["ResultCode"]);
  const said = asText(body["errorMessage"]) ?? asText(body["ResultDesc"]) ?? "";
  if (STILL_PROCESSING.test(said)) {
    return { state: "pending" };
  }
  const isAboutIt = asText(body["CheckoutRequestID"]) === providerId;
  if (providerCode === null || !isAboutIt) {
    return { state: "unknown", providerCode: asText(body["errorCode"]) ?? `http_${status}` };
  }
  const meaning = explainChargeResult(providerCode);
  return meaning === "pending"
    ? { state: "pending" }
    : {
        state: "settled",
        news: { providerId, ...meaning, amount: null, currency: null, receiptNumber: null, providerCode },
      };
}
