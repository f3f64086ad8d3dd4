import type { z } from "zod";
import {
  MpesaCredentials,
  type PaymentProviderName,
  PaystackCredentials,
  type ProviderCredentials,
  SECRET_PAYMENT_CREDENTIALS,
} from "../../contract/payments.ts";
import { AppError } from "../../kernel/errors.ts";

const MASK = "••••";

const SCHEMAS: Readonly<Record<Exclude<PaymentProviderName, "sandbox">, z.ZodType<ProviderCredentials>>> = {
  mpesa: MpesaCredentials,
  paystack: PaystackCredentials,
};

/** Credentials field by field; an absent one is not there at all. */
type Fields = Readonly<Record<string, string>>;

/** For showing to people: every secret replaced by a mask. */
export function maskCredentials(credentials: ProviderCredentials | null): Record<string, string> {
  const shown = Object.entries((credentials ?? {}) as Fields).map(([name, value]) => [
    name,
    SECRET_PAYMENT_CREDENTIALS.has(name) ? MASK : value,
  ]);
  return Object.fromEntries(shown);
}

/**
 * The stored credentials with the named fields changed. A mask leaves what is stored, null takes an optional field
 * away. Throws `credentials_invalid` with every problem, `secrets_needed` when the address changes and secrets do
 * not, and `credentials_not_used` for the sandbox.
 */
export function changeCredentials(
  provider: PaymentProviderName,
  stored: ProviderCredentials | null,
  changes: Readonly<Record<string, string | null>>,
): ProviderCredentials {
  if (provider === "sandbox") {
    throw new AppError("invalid", "credentials_not_used", "The sandbox has no credentials.", {
      issues: [{ pointer: "/credentials", code: "credentials_not_used", message: "Leave this out." }],
    });
  }
  const before = stored as Fields | null;
  const merged: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) {
      delete merged[name];
    } else if (value !== MASK) {
      merged[name] = value;
    }
  }
  const kept = [...SECRET_PAYMENT_CREDENTIALS].filter(
    (name) => name in merged && (changes[name] ?? MASK) === MASK,
  );
  if (merged["apiBaseUrl"] !== before?.["apiBaseUrl"] && kept.length > 0) {
    // Otherwise whoever may change the address could have the stored secrets sent to it.
    throw new AppError("invalid", "secrets_needed", "With a new address, give the secrets once more.", {
      issues: kept.map((name) => ({
        pointer: `/credentials/${name}`,
        code: "secrets_needed",
        message: "A stored secret is not sent to a changed apiBaseUrl.",
      })),
    });
  }
  const checked = SCHEMAS[provider].safeParse(merged);
  if (!checked.success) {
    throw new AppError("invalid", "credentials_invalid", "The credentials do not fit the provider.", {
      issues: checked.error.issues.map(({ path, code, message }) => ({
        pointer: ["", "credentials", ...path.map(String)].join("/"),
        code,
        message,
      })),
    });
  }
  return checked.data;
}
