/** What M-Pesa reports to the merchant, on Daraja's wire. */
import type { AskedPrompt } from "./daraja-checks.ts";
import type { PayerOutcome } from "./payment-stand-in.ts";
import type { Charge } from "./provider-books.ts";

export type Prompt = Charge &
  Pick<AskedPrompt, "callbackUrl" | "shortCode" | "isPermitted"> & {
    readonly merchantRequestId: string;
    readonly openedAt: number;
    result: readonly [number, string] | null;
    reversed: number;
  };
/** A reversal of a prompt that was paid. */
export type Reversal = {
  readonly conversation: readonly [originator: string, own: string];
  readonly prompt: Prompt;
  readonly amount: number;
  readonly resultUrl: string;
  result: readonly [number | string, string] | null;
  receipt: string;
};

/** What each doing of the payer comes to: ResultCode and ResultDesc. */
export const RESULTS: Readonly<Record<Exclude<PayerOutcome, "nothing">, readonly [number, string]>> = {
  succeed: [0, "The service request is processed successfully."],
  cancel: [1032, "Request cancelled by user."],
  wrong_pin: [2001, "The initiator information is invalid."],
  insufficient: [1, "The balance is insufficient for the transaction."],
  unreachable: [1037, "DS timeout user cannot be reached."],
  time_out: [1019, "Transaction has expired."],
};

export function stkCallback({ id, merchantRequestId, result, amount, receiptNumber, payer }: Prompt) {
  const [code, sentence] = result ?? RESULTS.time_out;
  return {
    Body: {
      stkCallback: {
        MerchantRequestID: merchantRequestId,
        CheckoutRequestID: id,
        ResultCode: code,
        ResultDesc: sentence,
        ...(receiptNumber !== null && {
          CallbackMetadata: {
            Item: [
              { Name: "Amount", Value: amount },
              { Name: "MpesaReceiptNumber", Value: receiptNumber },
              { Name: "Balance" },
              { Name: "TransactionDate", Value: 20_261_121_093_000 },
              { Name: "PhoneNumber", Value: Number(payer) },
            ],
          },
        }),
      },
    },
  };
}

export function reversalResult({ conversation, prompt, amount, result, receipt }: Reversal) {
  const [code, sentence] = result ?? RESULTS.time_out;
  return {
    Result: {
      ResultType: 0,
      ResultCode: code,
      ResultDesc: sentence,
      OriginatorConversationID: conversation[0],
      ConversationID: conversation[1],
      TransactionID: code === 0 ? receipt : "TKE0000000",
      ...(code === 0 && {
        ResultParameters: {
          ResultParameter: [
            { Key: "DebitAccountBalance", Value: "Utility Account|KES|7722179.62|7722179.62|0.00|0.00" },
            { Key: "Amount", Value: amount },
            { Key: "TransCompletedTime", Value: 20_261_121_093_000 },
            { Key: "OriginalTransactionID", Value: prompt.receiptNumber },
            { Key: "Charge", Value: 0 },
          ],
        },
      }),
      ReferenceData: {
        ReferenceItem: { Key: "QueueTimeoutURL", Value: "https://internalapi.safaricom.co.ke/timeout" },
      },
    },
  };
}

export function unknownReceiptResult([originator, own]: readonly [string, string]) {
  return {
    Result: {
      ResultType: 0,
      ResultCode: "R000002",
      ResultDesc: "The OriginalTransactionID is invalid.",
      OriginatorConversationID: originator,
      ConversationID: own,
      TransactionID: "TKE0000000",
    },
  };
}

export function statusResult(
  conversation: readonly [string, string],
  reversal: Reversal | undefined,
  occasion: string,
) {
  const state = reversal?.result === null ? "Pending" : reversal?.result?.[0] === 0 ? "Completed" : "Failed";
  return {
    Result: {
      ResultType: 0,
      ResultCode: reversal === undefined ? 2_032 : 0,
      ResultDesc: reversal === undefined ? "The transaction does not exist." : RESULTS.succeed[1],
      OriginatorConversationID: conversation[0],
      ConversationID: conversation[1],
      TransactionID: "TKE0000000",
      ...(reversal !== undefined && {
        ResultParameters: {
          ResultParameter: [
            { Key: "TransactionReason" },
            { Key: "TransactionStatus", Value: state },
            { Key: "Amount", Value: String(reversal.amount) },
            { Key: "OriginatorConversationID", Value: reversal.conversation[0] },
            { Key: "ConversationID", Value: reversal.conversation[1] },
            { Key: "ReceiptNo", Value: reversal.receipt },
          ],
        },
      }),
      ReferenceData: { ReferenceItem: { Key: "Occasion", Value: occasion } },
    },
  };
}
