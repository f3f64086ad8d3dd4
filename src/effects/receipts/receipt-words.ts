import type { PaymentProviderName } from "../../contract/payment-words.ts";

const PROVIDER_NAMES: Readonly<Record<PaymentProviderName, string>> = {
  mpesa: "M-Pesa",
  paystack: "Paystack",
  sandbox: "Sandbox (no real money)",
};

/** The provider as people know it. */
export function providerName(provider: PaymentProviderName): string {
  return PROVIDER_NAMES[provider];
}
