/** Which account of an organisation asks for money, and what its provider needs. */
import { and, desc, eq, isNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { PaymentProviderName, ProviderCredentials } from "../../contract/payments.ts";
import { paymentAccount } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { SEALED } from "./sealed.ts";

export type AccountRow = typeof paymentAccount.$inferSelect;

/** An account that may be used, opened. `id` is null for the sandbox of a machine for development. */
export type OpenedAccount = {
  readonly id: string | null;
  readonly provider: PaymentProviderName;
  /** Null for the sandbox. */
  readonly credentials: ProviderCredentials | null;
};

const DEVELOPMENT_SANDBOX: OpenedAccount = { id: null, provider: "sandbox", credentials: null };

/**
 * The account for a new payment: of the provider that was asked for, else the organisation's default, else the
 * newest. Without any account, a deployment for development uses the sandbox; anywhere else nobody should take play
 * money for money. Throws `payment_account_missing`.
 */
export async function chooseAccount(
  ctx: Pick<Ctx, "db" | "keyRing" | "config">,
  organizationId: string,
  provider: PaymentProviderName | undefined,
): Promise<OpenedAccount> {
  const row = await ctx.db
    .select()
    .from(paymentAccount)
    .where(
      and(
        eq(paymentAccount.organizationId, organizationId),
        isNull(paymentAccount.removedAt),
        provider === undefined ? undefined : eq(paymentAccount.provider, provider),
      ),
    )
    .orderBy(desc(paymentAccount.isDefault), desc(paymentAccount.id))
    .get();
  if (row !== undefined) {
    return openAccount(ctx, row);
  }
  if (ctx.config.allowInsecurePluginUrls && (provider ?? "sandbox") === "sandbox") {
    return DEVELOPMENT_SANDBOX;
  }
  throw new AppError(
    "conflict",
    "payment_account_missing",
    provider === undefined
      ? "The organisation has no account with a payment provider."
      : `The organisation has no account with the provider ${provider}.`,
    { gate: "policy", hint: "An owner, admin or finance adds one: POST /v1/payment-accounts." },
  );
}

/** The account that a payment was asked through, also when it is removed by now. */
export async function findAccount(
  ctx: Pick<Ctx, "db" | "keyRing">,
  accountId: string | null,
): Promise<OpenedAccount> {
  if (accountId === null) {
    return DEVELOPMENT_SANDBOX;
  }
  const row = await ctx.db.select().from(paymentAccount).where(eq(paymentAccount.id, accountId)).get();
  if (row === undefined) {
    throw new Error(`The payment account ${accountId} is gone.`);
  }
  return openAccount(ctx, row);
}

async function openAccount({ keyRing }: Pick<Ctx, "keyRing">, row: AccountRow): Promise<OpenedAccount> {
  return { id: row.id, provider: row.provider, credentials: await openCredentials(keyRing, row) };
}

/** What the account's provider needs; null for the sandbox. */
export async function openCredentials(
  keyRing: Ctx["keyRing"],
  { id, credentialsSealed }: Pick<AccountRow, "id" | "credentialsSealed">,
): Promise<ProviderCredentials | null> {
  return credentialsSealed === null
    ? null
    : (JSON.parse(await keyRing.open(credentialsSealed, SEALED.credentials(id))) as ProviderCredentials);
}
