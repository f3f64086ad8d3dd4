import type { MpesaCredentials } from "../../../contract/payments.ts";
import { fromUtf8 } from "../../../kernel/encoding.ts";
import type { PaymentProvider } from "../provider.ts";
import { askStkPush } from "./ask-stk-push.ts";
import { checkMpesaCharge } from "./check-charge.ts";
import { queryStkPush } from "./query-stk-push.ts";
import { readDarajaCallback } from "./read-callback.ts";
import { askReversal, queryReversal } from "./reversal.ts";

/** A prompt dies on the phone after about 90 s; with the time that its result takes to come. */
const PROMPT_LIFETIME_MS = 120_000;

/** M-Pesa by Safaricom's Daraja: a prompt for the PIN on the payer's phone. */
export const mpesa: PaymentProvider<MpesaCredentials> = {
  name: "mpesa",
  currencies: ["KES"],
  promptLifetimeMs: PROMPT_LIFETIME_MS,
  asksBy: "prompt",
  check: checkMpesaCharge,
  ask: askStkPush,
  query: queryStkPush,
  readCallback: async ({ body }) => readDarajaCallback(fromUtf8(body)),
  refund: askReversal,
  queryRefund: queryReversal,
};
