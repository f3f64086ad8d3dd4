import { and, desc, eq, inArray, isNull, or } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { PAYMENT_PROVIDERS, type PaymentProviderName } from "../../contract/payment-words.ts";
import { payment, paymentAccount, refund } from "../../db/schema/index.ts";
import { sha256 } from "../../kernel/crypto.ts";
import { fromUtf8 } from "../../kernel/encoding.ts";
import { AppError } from "../../kernel/errors.ts";
import { ID_PREFIXES } from "../../kernel/ids.ts";
import { findAccount, type OpenedAccount } from "./accounts.ts";
import { applyPaymentNews } from "./apply-payment-news.ts";
import { applyRefundNews } from "./apply-refund-news.ts";
import { isCalledByAccount, isSameSecret } from "./callback-address.ts";
import { OPEN_REFUND_STATES, type PaymentRow, type RefundRow } from "./payment-row.ts";
import type { CallbackContent, ProviderCallback } from "./provider.ts";
import { providerOf } from "./providers.ts";
import { parseObject } from "./read-json.ts";
import { SEALED } from "./sealed.ts";

type Callback = {
  readonly provider: string;
  /** Of a payment, a refund or an account. */
  readonly id: string;
  readonly secret: string;
} & ProviderCallback;

/** Whom a callback's address belongs to. */
type Owner = {
  readonly organizationId: string;
  readonly accountId: string | null;
  readonly subject: { readonly payment: PaymentRow; readonly refund: RefundRow | null } | null;
};

/**
 * A provider's callback: verified, written down, and taken in once, however often, early or late it comes. Throws
 * `callback_unknown` (404) for an address that nobody was given, `callback_forged` (403) and `callback_malformed`
 * (400), with nothing stored.
 */
export async function receiveCallback({ ctx, input }: { ctx: CtxBase; input: Callback }): Promise<void> {
  const name = PAYMENT_PROVIDERS.find((known) => known === input.provider);
  const owner = name && (await findOwner(ctx, name, input));
  if (name === undefined || !owner) {
    throw refuse(ctx, input, "unknown");
  }
  const account = await findAccount(ctx, owner.accountId);
  const provider = await providerOf(ctx, owner.organizationId, name);
  const read = await provider.readCallback(input, account.credentials);
  if (!read.ok) {
    if (read.error === "ignored") {
      return;
    }
    throw refuse(ctx, input, read.error);
  }
  const subject = owner.subject ?? (await findByContent(ctx, account, read.value));
  if (subject === null) {
    // Genuine, and about money that was not asked for here: the provider would repeat it for nothing.
    ctx.log.warn("callback_about_nothing", { provider: name, accountId: account.id });
    return;
  }
  const { news, reference } = read.value;
  const from = {
    source: "callback",
    eventKey: `callback:${await sha256(input.body)}`,
    reference,
    body: parseObject(fromUtf8(input.body)),
  } as const;
  if (read.value.subject === "payment") {
    await applyPaymentNews({ ctx, input: { row: subject.payment, news, from } });
  } else if (subject.refund !== null) {
    await applyRefundNews({ ctx, input: { row: subject.refund, news, from } });
  }
}

function refuse(
  ctx: CtxBase,
  { provider, id }: Callback,
  reason: "unknown" | "forged" | "malformed",
): AppError {
  ctx.log.warn("callback_refused", { provider, id: id.slice(0, 40), reason });
  switch (reason) {
    case "unknown":
      return new AppError("not_found", "callback_unknown", "Nobody was given this address.");
    case "forged":
      return new AppError("forbidden", "callback_forged", "The signature is not the provider's.");
    case "malformed":
      return new AppError("malformed", "callback_malformed", "The callback is not in the provider's form.");
  }
}

/** The owner of a callback's address; null when it is nobody's or the secret is not right. */
async function findOwner(
  ctx: CtxBase,
  provider: PaymentProviderName,
  { id, secret }: Callback,
): Promise<Owner | null> {
  const isOf = (kind: keyof typeof ID_PREFIXES) => id.startsWith(`${ID_PREFIXES[kind]}_`);
  const opens = async (sealed: string, purpose: string) =>
    isSameSecret(secret, await ctx.keyRing.open(sealed, purpose));
  if (isCalledByAccount(provider)) {
    const row = isOf("paymentAccount")
      ? await ctx.db
          .select()
          .from(paymentAccount)
          .where(and(eq(paymentAccount.id, id), eq(paymentAccount.provider, provider)))
          .get()
      : undefined;
    return row && (await opens(row.callbackSecretSealed, SEALED.accountCallback(row.id)))
      ? { organizationId: row.organizationId, accountId: row.id, subject: null }
      : null;
  }
  const refunded = isOf("refund")
    ? await ctx.db.select().from(refund).where(eq(refund.id, id)).get()
    : undefined;
  const paid = await ctx.db
    .select()
    .from(payment)
    .where(and(eq(payment.id, refunded?.paymentId ?? id), eq(payment.provider, provider)))
    .get();
  const isRight =
    paid !== undefined &&
    (refunded === undefined
      ? await opens(paid.callbackSecretSealed, SEALED.paymentCallback(paid.id))
      : await opens(refunded.callbackSecretSealed, SEALED.refundCallback(refunded.id)));
  return isRight
    ? {
        organizationId: paid.organizationId,
        accountId: paid.accountId,
        subject: { payment: paid, refund: refunded ?? null },
      }
    : null;
}

/** What a callback to an account's address is about: by our reference, else by the provider's id. */
async function findByContent(
  ctx: CtxBase,
  { id: accountId, provider }: OpenedAccount,
  { subject, reference, news: { providerId, amount } }: CallbackContent,
): Promise<Owner["subject"]> {
  if (accountId === null) {
    return null;
  }
  const isOurs = and(eq(payment.accountId, accountId), eq(payment.provider, provider));
  const named = or(
    reference === null ? undefined : eq(payment.reference, reference),
    subject === "refund" || providerId === null ? undefined : eq(payment.providerId, providerId),
  );
  const paid = named && (await ctx.db.select().from(payment).where(and(isOurs, named)).get());
  if (subject === "payment") {
    return paid === undefined ? null : { payment: paid, refund: null };
  }
  if (providerId === null) {
    // It does not say which refund it means. The provider does, when it is asked.
    await askSoon(ctx, paid);
    return null;
  }
  const found = await ctx.db
    .select({ refund, payment })
    .from(refund)
    .innerJoin(payment, eq(payment.id, refund.paymentId))
    .where(
      and(
        isOurs,
        or(
          eq(refund.providerId, providerId),
          // Its answer was lost, or is still on its way.
          paid &&
            and(
              eq(refund.paymentId, paid.id),
              isNull(refund.providerId),
              inArray(refund.state, [...OPEN_REFUND_STATES]),
              amount === null ? undefined : eq(refund.amount, amount),
            ),
        ),
      ),
    )
    .orderBy(desc(refund.providerId), refund.id)
    .get();
  return found ?? null;
}

/** The open refunds of a payment are due to be asked about. */
async function askSoon({ db, clock }: CtxBase, paid: PaymentRow | undefined): Promise<void> {
  await db
    .update(refund)
    .set({ nextCheckAt: clock.now() })
    .where(and(eq(refund.paymentId, paid?.id ?? ""), inArray(refund.state, [...OPEN_REFUND_STATES])));
}
