/** Refunds by M-Pesa are reversals: https://developer.safaricom.co.ke/apis/Reversal */
import type { MpesaCredentials } from "../../../contract/payments.ts";
import type { AskOutcome, QueryOutcome, RefundCharge } from "../provider.ts";
import { asText } from "../read-json.ts";
import { CENTS_PER_SHILLING } from "./check-charge.ts";
import { callDaraja } from "./daraja.adapter.ts";
import { plainText } from "./plain-text.ts";
import { readRefusal } from "./read-refusal.ts";

/** Daraja wants 2 to 100 characters. */
const REMARKS_CHARACTERS = 100;

/** Daraja's numbers for "reversal initiator" and "organisation short code". */
const REVERSAL_IDENTIFIER_TYPE = "11";
const SHORT_CODE_IDENTIFIER_TYPE = "4";

/** Comes back with the result of a status query, and tells it from the result of the reversal itself. */
export const STATUS_QUERY_OCCASION = "refund status";

/** Reverses a payment, wholly or in part. The result comes by callback; `providerId` is the conversation's. */
export async function askReversal(refund: RefundCharge, credentials: MpesaCredentials): Promise<AskOutcome> {
  const { amount, currency, receiptNumber } = refund;
  if (currency !== "KES" || amount % CENTS_PER_SHILLING !== 0) {
    return refuse("amount_not_whole");
  }
  if (receiptNumber === null) {
    return refuse("receipt_number_missing");
  }
  const initiator = initiatorOf(credentials);
  if (initiator === null) {
    return refuse("initiator_missing");
  }
  const answer = await callDaraja(
    {
      path: "/mpesa/reversal/v1/request",
      body: {
        ...initiator,
        CommandID: "TransactionReversal",
        TransactionID: receiptNumber,
        Amount: amount / CENTS_PER_SHILLING,
        ReceiverParty: credentials.shortCode,
        RecieverIdentifierType: REVERSAL_IDENTIFIER_TYPE, // Daraja's spelling
        ...reportTo(refund.callbackUrl),
        Remarks: remarks(refund.reason),
      },
      allowLoopbackHttp: refund.allowLoopbackHttp,
      now: refund.now,
    },
    credentials,
  );
  if (answer.state === "answered" && asText(answer.body["ResponseCode"]) === "0") {
    const providerId = asText(answer.body["OriginatorConversationID"]);
    return providerId === null
      ? { state: "unknown", providerCode: "provider_answer_invalid" }
      : { state: "pending", providerId, checkoutUrl: null };
  }
  return readRefusal(answer);
}

/**
 * Asks what became of a reversal. Daraja answers only that it will answer, so this is `pending` at best: the result
 * comes to the refund's callback. Without the conversation's id there is nothing to ask by.
 */
export async function queryReversal(
  refund: RefundCharge & { readonly refundProviderId: string | null },
  credentials: MpesaCredentials,
): Promise<QueryOutcome> {
  const initiator = initiatorOf(credentials);
  if (refund.refundProviderId === null || initiator === null) {
    return {
      state: "unknown",
      providerCode: initiator === null ? "initiator_missing" : "provider_id_unknown",
    };
  }
  const answer = await callDaraja(
    {
      path: "/mpesa/transactionstatus/v1/query",
      body: {
        ...initiator,
        CommandID: "TransactionStatusQuery",
        OriginalConversationID: refund.refundProviderId,
        PartyA: credentials.shortCode,
        IdentifierType: SHORT_CODE_IDENTIFIER_TYPE,
        ...reportTo(refund.callbackUrl),
        Remarks: remarks(refund.reason),
        Occasion: STATUS_QUERY_OCCASION,
      },
      allowLoopbackHttp: refund.allowLoopbackHttp,
      now: refund.now,
    },
    credentials,
  );
  if (answer.state === "answered" && asText(answer.body["ResponseCode"]) === "0") {
    return { state: "pending" };
  }
  return { state: "unknown", providerCode: readRefusal(answer).providerCode };
}

function initiatorOf({ initiator, securityCredential }: MpesaCredentials) {
  return initiator === undefined || securityCredential === undefined
    ? null
    : { Initiator: initiator, SecurityCredential: securityCredential };
}

/**
 * That M-Pesa's queue was full for too long says nothing about the money, and looks like a failure: it goes to a path
 * of its own, where nobody reads it.
 */
function reportTo(callbackUrl: string) {
  return { ResultURL: callbackUrl, QueueTimeOutURL: `${callbackUrl}/timeout` };
}

function remarks(reason: string): string {
  const text = plainText(reason, REMARKS_CHARACTERS);
  return text.length < 2 ? "Refund" : text;
}

function refuse(providerCode: string): AskOutcome {
  return { state: "refused", failure: "provider_refused", providerCode };
}
