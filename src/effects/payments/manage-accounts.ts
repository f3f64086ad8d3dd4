/** An organisation's accounts with payment providers: added, shown masked, changed, removed. */
import { and, desc, eq, isNull, lt, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { paymentAccount } from "../../db/schema/index.ts";
import { randomToken } from "../../kernel/crypto.ts";
import { notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { type AccountRow, openCredentials } from "./accounts.ts";
import { changeCredentials } from "./credentials.ts";
import { presentAccount } from "./present.ts";
import type { CreatePaymentAccount, PaymentAccount, UpdatePaymentAccount } from "./schemas.ts";
import { SEALED } from "./sealed.ts";

/** Adds an account. It becomes the default when it says so, or is the first one. */
export async function createPaymentAccount({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: CreatePaymentAccount;
}): Promise<PaymentAccount> {
  const organizationId = requirePermission(ctx, "payments:configure");
  const now = ctx.clock.now();
  const id = newId("paymentAccount");
  const first = await ctx.db
    .select({ id: paymentAccount.id })
    .from(paymentAccount)
    .where(and(eq(paymentAccount.organizationId, organizationId), isNull(paymentAccount.removedAt)))
    .get();
  const row: AccountRow = {
    id,
    organizationId,
    provider: input.provider,
    name: input.name,
    credentialsSealed:
      input.provider === "sandbox"
        ? null
        : await ctx.keyRing.seal(JSON.stringify(input.credentials), SEALED.credentials(id)),
    callbackSecretSealed: await ctx.keyRing.seal(randomToken(), SEALED.accountCallback(id)),
    isDefault: input.isDefault ?? first === undefined,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
    removedAt: null,
  };
  await writeWithAudit(ctx.db, auditOf(ctx, row, "payment_account.created"), [
    ...(row.isDefault ? [unsetDefault(ctx, row)] : []),
    ctx.db.insert(paymentAccount).values(row),
  ]);
  return presentAccount(ctx, row);
}

/** The organisation's accounts, newest first. */
export async function listPaymentAccounts({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: PageInput;
}): Promise<Page<PaymentAccount>> {
  const organizationId = requirePermission(ctx, "payments:configure");
  const rows = await ctx.db
    .select()
    .from(paymentAccount)
    .where(
      and(
        eq(paymentAccount.organizationId, organizationId),
        isNull(paymentAccount.removedAt),
        input.cursor === undefined ? undefined : lt(paymentAccount.id, input.cursor),
      ),
    )
    .orderBy(desc(paymentAccount.id))
    .limit(input.limit + 1);
  const page = toPage(rows, input.limit, (row) => row);
  return { ...page, data: await Promise.all(page.data.map((row) => presentAccount(ctx, row))) };
}

/** Changes name, credentials or which account is the default. Throws `payment_account_not_found`. */
export async function updatePaymentAccount({
  ctx,
  input: { id, name, isDefault, credentials },
}: {
  ctx: Ctx;
  input: UpdatePaymentAccount & { id: string };
}): Promise<PaymentAccount> {
  const organizationId = requirePermission(ctx, "payments:configure");
  const before = await findAccountRow(ctx, organizationId, id);
  const row: AccountRow = {
    ...before,
    name: name ?? before.name,
    isDefault: isDefault ?? before.isDefault,
    updatedAt: ctx.clock.now(),
  };
  if (credentials !== undefined) {
    const changed = changeCredentials(row.provider, await openCredentials(ctx.keyRing, before), credentials);
    row.credentialsSealed = await ctx.keyRing.seal(JSON.stringify(changed), SEALED.credentials(id));
  }
  const { credentialsSealed, updatedAt } = row;
  await writeWithAudit(ctx.db, auditOf(ctx, row, "payment_account.updated"), [
    ...(isDefault === true ? [unsetDefault(ctx, row)] : []),
    ctx.db
      .update(paymentAccount)
      .set({ name: row.name, isDefault: row.isDefault, credentialsSealed, updatedAt })
      .where(and(eq(paymentAccount.id, id), isNull(paymentAccount.removedAt))),
  ]);
  return presentAccount(ctx, row);
}

/**
 * Removes an account: no new payment goes through it. Those that it has are followed to their end and can be
 * refunded, so its credentials stay, sealed. Throws `payment_account_not_found`.
 */
export async function removePaymentAccount({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "payments:configure");
  const row = await findAccountRow(ctx, organizationId, input.id);
  await writeWithAudit(ctx.db, auditOf(ctx, row, "payment_account.removed"), [
    ctx.db
      .update(paymentAccount)
      .set({ removedAt: ctx.clock.now(), isDefault: false })
      .where(and(eq(paymentAccount.id, row.id), isNull(paymentAccount.removedAt))),
  ]);
}

async function findAccountRow({ db }: Ctx, organizationId: string, id: string): Promise<AccountRow> {
  const row = await db
    .select()
    .from(paymentAccount)
    .where(
      and(
        eq(paymentAccount.id, id),
        eq(paymentAccount.organizationId, organizationId),
        isNull(paymentAccount.removedAt),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("payment_account", id);
  }
  return row;
}

function unsetDefault({ db }: Ctx, { id, organizationId }: AccountRow) {
  return db
    .update(paymentAccount)
    .set({ isDefault: false })
    .where(and(eq(paymentAccount.organizationId, organizationId), ne(paymentAccount.id, id)));
}

function auditOf(ctx: Ctx, row: AccountRow, action: string) {
  return {
    organizationId: row.organizationId,
    actor: ctx.actor,
    requestId: ctx.requestId,
    now: ctx.clock.now(),
    action,
    subjectType: "payment_account",
    subjectId: row.id,
    detail: { provider: row.provider, name: row.name },
  };
}
