import type { Ctx } from "../../access/context.ts";
import type { PaymentProviderName } from "../../contract/payments.ts";
import { sha256 } from "../../kernel/crypto.ts";
import type { AccountRow } from "./accounts.ts";
import { SEALED } from "./sealed.ts";

export const CALLBACKS_PATH = "/callbacks/payments";

/** Providers with one address for all payments of an account, entered by the merchant on the provider's side. */
const CALLED_BY_ACCOUNT: ReadonlySet<PaymentProviderName> = new Set(["paystack"]);

/** Whether the provider calls one address for all payments of an account. */
export function isCalledByAccount(provider: PaymentProviderName): boolean {
  return CALLED_BY_ACCOUNT.has(provider);
}

/** Where the provider reports. `id`: of the payment, the refund or the account; `secret`: its unguessable part. */
export function callbackUrl(
  { config }: Pick<Ctx, "config">,
  provider: PaymentProviderName,
  id: string,
  secret: string,
): string {
  return `${config.publicBaseUrl}${CALLBACKS_PATH}/${provider}/${id}/${secret}`;
}

/** Where the provider reports about all payments of the account; null when it has an address for each. */
export async function accountCallbackUrl(
  ctx: Pick<Ctx, "config" | "keyRing">,
  { id, provider, callbackSecretSealed }: Pick<AccountRow, "id" | "provider" | "callbackSecretSealed">,
): Promise<string | null> {
  if (!isCalledByAccount(provider)) {
    return null;
  }
  const secret = await ctx.keyRing.open(callbackSecretSealed, SEALED.accountCallback(id));
  return callbackUrl(ctx, provider, id, secret);
}

/** Whether two secrets are the same. Their hashes are compared, so the time taken tells nothing about either. */
export async function isSameSecret(given: string, expected: string): Promise<boolean> {
  return (await sha256(given)) === (await sha256(expected));
}
