import type { PaystackCredentials } from "../../../contract/payments.ts";
import type { AskOutcome, Charge } from "../provider.ts";
import { asObject, asText } from "../read-json.ts";
import { checkPaystackCharge } from "./check-charge.ts";
import { callPaystack } from "./paystack.adapter.ts";
import { readRefusal } from "./read-refusal.ts";
import { toSubunits } from "./subunits.ts";

/**
 * Opens a checkout page and gets its link. Paystack wants an e-mail address of everybody: one is made of the phone's
 * digits. It knows the charge by our reference, so a lost answer can be asked after. No `callback_url`: that is where
 * the payer's browser goes afterwards, and this payer is in a chat; Paystack's own page says that it is paid.
 */
export async function initializeTransaction(
  charge: Charge,
  credentials: PaystackCredentials,
): Promise<AskOutcome> {
  const [issue] = checkPaystackCharge(charge);
  if (issue !== undefined) {
    return { state: "refused", failure: "provider_refused", providerCode: issue.code };
  }
  const answer = await callPaystack(
    {
      path: "/transaction/initialize",
      body: {
        email: `${charge.payerPhone.replace(/\D/g, "")}@${credentials.emailDomain}`,
        amount: toSubunits(charge.amount, charge.currency),
        currency: charge.currency,
        reference: charge.reference,
        metadata: { payment_id: charge.paymentId, description: charge.description },
      },
      allowLoopbackHttp: charge.allowLoopbackHttp,
    },
    credentials,
  );
  if (answer.state === "answered" && answer.status === 200 && answer.body["status"] === true) {
    const checkoutUrl = asText(asObject(answer.body["data"])?.["authorization_url"]);
    return checkoutUrl === null || !URL.canParse(checkoutUrl)
      ? { state: "unknown", providerCode: "provider_answer_invalid" }
      : { state: "pending", providerId: charge.reference, checkoutUrl };
  }
  return readRefusal(answer);
}
