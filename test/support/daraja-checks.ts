/** What Daraja's gateway looks at before it takes a call, and how it says no. */
import { PAYMENT_CREDENTIALS } from "./payment-stand-in.ts";
import { isLoopback, type JsonBody } from "./provider-books.ts";

/** HTTP status, errorCode, errorMessage. */
export type Refusal = readonly [number, string, string];

export type AskedPrompt = {
  readonly payer: string;
  readonly amount: number;
  readonly reference: string;
  readonly callbackUrl: string;
  readonly shortCode: string;
  /** Whether type and receiving number go together; M-Pesa itself finds that out, after the gateway. */
  readonly isPermitted: boolean;
};

const { paybill, buyGoods } = PAYMENT_CREDENTIALS;
const MAX_SHILLINGS = 250_000;
const MINUTES_APART_MS = 5 * 60_000;
const NAIROBI_OFFSET_MS = 3 * 60 * 60_000;
const TYPES: readonly unknown[] = ["CustomerPayBillOnline", "CustomerBuyGoodsOnline"];
const MSISDN = /^254[17]\d{8}$/;

const bad = (field: string): Refusal => [400, "400.002.02", `Bad Request - Invalid ${field}`];
const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** An STK push. The payer is told also when it is refused, for the log. */
export function checkPrompt(
  body: JsonBody,
  now: number,
): AskedPrompt | { readonly refusal: Refusal; readonly payer: string | null } {
  const payer = text(body["PhoneNumber"]);
  const amount = text(body["Amount"]);
  const reference = text(body["AccountReference"]);
  const callbackUrl = text(body["CallBackURL"]);
  const refusal =
    checkMerchant(body, now) ??
    (TYPES.includes(body["TransactionType"]) ? undefined : bad("TransactionType")) ??
    (/^[1-9]\d*$/.test(amount) && Number(amount) <= MAX_SHILLINGS ? undefined : bad("Amount")) ??
    (MSISDN.test(text(body["PartyA"])) ? undefined : bad("PartyA")) ??
    (/^\d{5,8}$/.test(text(body["PartyB"])) ? undefined : bad("PartyB")) ??
    (MSISDN.test(payer) ? undefined : bad("PhoneNumber")) ??
    (isCallable(callbackUrl) ? undefined : bad("CallBackURL")) ??
    (/^[A-Za-z0-9]{1,12}$/.test(reference) ? undefined : bad("AccountReference")) ??
    (text(body["TransactionDesc"]).length <= 13 ? undefined : bad("TransactionDesc"));
  if (refusal !== undefined) {
    return { refusal, payer: MSISDN.test(payer) ? payer : null };
  }
  const shortCode = text(body["BusinessShortCode"]);
  const [type, receiver] =
    shortCode === paybill.shortCode
      ? ["CustomerPayBillOnline", paybill.shortCode]
      : ["CustomerBuyGoodsOnline", buyGoods.till];
  const isPermitted = body["TransactionType"] === type && text(body["PartyB"]) === receiver;
  return { payer, amount: Number(amount), reference, callbackUrl, shortCode, isPermitted };
}

/** A question about a prompt; `shortCode`: of the merchant that asked for it. */
export function checkQuery(body: JsonBody, now: number, shortCode: string | undefined): Refusal | undefined {
  return (
    checkMerchant(body, now) ??
    (shortCode === text(body["BusinessShortCode"]) ? undefined : bad("CheckoutRequestID"))
  );
}

export function checkReversal(body: JsonBody): Refusal | undefined {
  return (
    checkInitiator(body) ??
    (body["CommandID"] === "TransactionReversal" ? undefined : bad("CommandID")) ??
    (/^[A-Z0-9]{10}$/.test(text(body["TransactionID"])) ? undefined : bad("TransactionID")) ??
    (/^[1-9]\d*$/.test(text(body["Amount"])) ? undefined : bad("Amount")) ??
    (text(body["ReceiverParty"]) === paybill.shortCode ? undefined : bad("ReceiverParty")) ??
    (text(body["RecieverIdentifierType"]) === "11" ? undefined : bad("RecieverIdentifierType"))
  );
}

export function checkStatusQuery(body: JsonBody): Refusal | undefined {
  return (
    checkInitiator(body) ??
    (body["CommandID"] === "TransactionStatusQuery" ? undefined : bad("CommandID")) ??
    (text(body["TransactionID"]) || text(body["OriginalConversationID"])
      ? undefined
      : bad("TransactionID")) ??
    (text(body["PartyA"]) === paybill.shortCode ? undefined : bad("PartyA")) ??
    (text(body["IdentifierType"]) === "4" ? undefined : bad("IdentifierType"))
  );
}

/** Short code, timestamp in Nairobi's time, and the password that is made of both. */
function checkMerchant(body: JsonBody, now: number): Refusal | undefined {
  const shortCode = text(body["BusinessShortCode"]);
  const timestamp = text(body["Timestamp"]);
  if (!/^\d{5,7}$/.test(shortCode)) {
    return bad("BusinessShortCode");
  }
  const merchant = [paybill, buyGoods].find((known) => known.shortCode === shortCode);
  if (merchant === undefined) {
    return [500, "500.001.1001", "Merchant does not exist"];
  }
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(timestamp);
  const at = parts
    ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`) -
      NAIROBI_OFFSET_MS
    : Number.NaN;
  if (!(Math.abs(at - now) <= MINUTES_APART_MS)) {
    return bad("Timestamp");
  }
  const password = Buffer.from(`${shortCode}${merchant.passKey}${timestamp}`).toString("base64");
  return body["Password"] === password ? undefined : [500, "500.001.1001", "Wrong credentials"];
}

function checkInitiator(body: JsonBody): Refusal | undefined {
  const remarks = text(body["Remarks"]).length;
  return (
    (body["Initiator"] === paybill.initiator ? undefined : bad("Initiator")) ??
    (body["SecurityCredential"] === paybill.securityCredential ? undefined : bad("SecurityCredential")) ??
    (isCallable(text(body["ResultURL"])) ? undefined : bad("ResultURL")) ??
    (isCallable(text(body["QueueTimeOutURL"])) ? undefined : bad("QueueTimeOutURL")) ??
    (remarks >= 2 && remarks <= 100 ? undefined : bad("Remarks"))
  );
}

/** HTTPS, and what stands for it here. */
function isCallable(url: string): boolean {
  return URL.canParse(url) && (url.startsWith("https:") || isLoopback(url));
}
