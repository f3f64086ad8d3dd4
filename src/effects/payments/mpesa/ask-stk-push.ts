import type { MpesaCredentials } from "../../../contract/payments.ts";
import type { AskOutcome, Charge } from "../provider.ts";
import { asText } from "../read-json.ts";
import { CENTS_PER_SHILLING, checkMpesaCharge } from "./check-charge.ts";
import { callDaraja } from "./daraja.adapter.ts";
import { mpesaNumber } from "./mpesa-number.ts";
import { signedBy } from "./password.ts";
import { plainText } from "./plain-text.ts";
import { readRefusal } from "./read-refusal.ts";

/** Daraja refuses longer ones. */
const REFERENCE_CHARACTERS = 12;
const DESCRIPTION_CHARACTERS = 13;

const TRANSACTION_TYPES = { paybill: "CustomerPayBillOnline", buy_goods: "CustomerBuyGoodsOnline" } as const;

/** Puts a prompt for the PIN on the payer's phone. "Pending" means that Daraja took it, never that it was paid. */
export async function askStkPush(charge: Charge, credentials: MpesaCredentials): Promise<AskOutcome> {
  const [issue] = checkMpesaCharge(charge);
  if (issue !== undefined) {
    return { state: "refused", failure: "provider_refused", providerCode: issue.code };
  }
  const { shortCode, till, type } = credentials;
  const payer = mpesaNumber(charge.payerPhone);
  const answer = await callDaraja(
    {
      path: "/mpesa/stkpush/v1/processrequest",
      body: {
        ...signedBy(credentials, charge.now),
        TransactionType: TRANSACTION_TYPES[type],
        Amount: charge.amount / CENTS_PER_SHILLING,
        PartyA: payer,
        PartyB: type === "buy_goods" ? (till ?? shortCode) : shortCode,
        PhoneNumber: payer,
        CallBackURL: charge.callbackUrl,
        AccountReference: charge.reference.slice(0, REFERENCE_CHARACTERS),
        TransactionDesc: plainText(charge.description, DESCRIPTION_CHARACTERS) || "Payment",
      },
      allowLoopbackHttp: charge.allowLoopbackHttp,
      now: charge.now,
    },
    credentials,
  );
  if (answer.state === "answered" && asText(answer.body["ResponseCode"]) === "0") {
    const providerId = asText(answer.body["CheckoutRequestID"]);
    return providerId === null
      ? { state: "unknown", providerCode: "provider_answer_invalid" }
      : { state: "pending", providerId, checkoutUrl: null };
  }
  return readRefusal(answer);
}
