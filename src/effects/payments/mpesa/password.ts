import type { MpesaCredentials } from "../../../contract/payments.ts";
import { base64 } from "./base64.ts";
import { eastAfricaTimestamp } from "./east-africa-time.ts";

/** The three fields by which Daraja knows the merchant of an STK push or its query. `now`: epoch ms. */
export function signedBy(
  { shortCode, passKey }: Pick<MpesaCredentials, "shortCode" | "passKey">,
  now: number,
) {
  const timestamp = eastAfricaTimestamp(now);
  return {
    BusinessShortCode: shortCode,
    Password: base64(`${shortCode}${passKey}${timestamp}`),
    Timestamp: timestamp,
  };
}
