/** Paystack's webhooks: https://paystack.com/docs/payments/webhooks */
import { fromHex, isSignedBy } from "../../../channels/signature.ts";
import type { PaystackCredentials } from "../../../contract/payments.ts";
import { fromUtf8 } from "../../../kernel/encoding.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { CallbackContent, ProviderCallback } from "../provider.ts";
import { asObject, asText, type JsonObject, parseObject } from "../read-json.ts";
import { refundNews } from "./refund-transaction.ts";
import { explainGatewayResponse, explainRefundState } from "./transaction-states.ts";
import { chargeNews } from "./verify-transaction.ts";

/**
 * Reads an event whose `x-paystack-signature` is the HMAC-SHA512 of its bytes under the secret key. An account has one
 * URL for all of its events: those about other things than our charges and refunds are ignored.
 */
export async function readPaystackEvent(
  { headers, body }: ProviderCallback,
  { secretKey }: PaystackCredentials,
): Promise<Result<CallbackContent, "forged" | "malformed" | "ignored">> {
  const signature = fromHex(headers.get("x-paystack-signature") ?? "");
  if (signature === null || !(await isSignedBy(secretKey, "SHA-512", signature, body))) {
    return err("forged");
  }
  const content = parseObject(fromUtf8(body));
  const event = asText(content?.["event"]);
  const data = asObject(content?.["data"]);
  if (event === null || data === null) {
    return err("malformed");
  }
  switch (event) {
    case "charge.success":
      return readCharge(data, { outcome: "succeeded", failure: null });
    case "charge.failed":
      return readCharge(data, explainGatewayResponse(asText(data["gateway_response"]) ?? ""));
    case "refund.processed":
    case "refund.failed":
      return readRefund(data, event.slice("refund.".length));
    default:
      return err("ignored");
  }
}

function readCharge(data: JsonObject, meaning: Parameters<typeof chargeNews>[1]) {
  const reference = asText(data["reference"]);
  return reference === null
    ? err("malformed" as const)
    : ok({ subject: "payment", reference, news: chargeNews(data, meaning) } as const);
}

/** A refund's event names the payment by our reference, and the refund itself not always. */
function readRefund(data: JsonObject, state: string) {
  const reference = asText(data["transaction_reference"]);
  const meaning = explainRefundState(state);
  return reference === null || meaning === null || meaning === "pending"
    ? err("malformed" as const)
    : ok({ subject: "refund", reference, news: refundNews(data, meaning) } as const);
}
