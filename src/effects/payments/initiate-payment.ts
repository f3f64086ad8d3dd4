import { and, eq, lte } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment } from "../../db/schema/index.ts";
import { randomToken } from "../../kernel/crypto.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { callbackUrl } from "./callback-address.ts";
import { ASK_LEASE_MS, EXPIRY_GRACE_MS } from "./limits.ts";
import { hashPayer } from "./payer.ts";
import type { PaymentRow } from "./payment-row.ts";
import type { PaymentPlan } from "./plan-payment.ts";
import type { AskOutcome } from "./provider.ts";
import { SEALED } from "./sealed.ts";
import { sendCheckoutLink } from "./send-checkout-link.ts";
import { storeAnswer } from "./store-answer.ts";

/** Characters that nobody confuses on a statement: no I, L, O, U. */
const REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Fifty bits: short enough for M-Pesa's twelve characters, too many to meet twice. */
const REFERENCE_CHARACTERS = 10;

/**
 * Asks for the money: once for a key, whatever happens. The row is the claim: who writes it asks, and who finds it
 * under the key never does. A crash after that leaves `created`, which becomes `unknown` and is settled by the
 * provider's word. Throws `payer_has_open_prompt` (409) and `idempotency_in_progress` (409), both with when to come back.
 */
export async function initiatePayment({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: PaymentPlan; idempotencyKey: string };
}): Promise<PaymentRow> {
  const { organizationId, request, provider, account } = plan;
  const { phone } = request.recipient;
  const secret = randomToken();
  const row = await createRow(ctx, plan, idempotencyKey, secret);
  const isNew = await writeRow(ctx, row);
  if (!isNew) {
    return findBegun(ctx, row);
  }
  let answer: AskOutcome;
  try {
    answer = await provider.ask(
      {
        paymentId: row.id,
        amount: row.amount,
        currency: row.currency,
        payerPhone: phone,
        reference: row.reference,
        description: row.description,
        callbackUrl: callbackUrl(ctx, row.provider, row.id, secret),
        allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
        now: row.createdAt,
      },
      account.credentials,
    );
  } catch (error) {
    ctx.log.error("payment_ask_failed", { paymentId: row.id, provider: row.provider, error });
    answer = { state: "unknown", providerCode: "asking_failed" };
  }
  const asked = await storeAnswer({ ctx, input: { id: row.id, organizationId, answer } });
  return sendCheckoutLink({ ctx, input: { row: asked } });
}

async function createRow(
  ctx: Ctx,
  { organizationId, request, provider, account }: PaymentPlan,
  idempotencyKey: string,
  secret: string,
): Promise<PaymentRow> {
  const id = newId("payment");
  const now = ctx.clock.now();
  const { phone, chatObjectId } = request.recipient;
  const payerHash = await hashPayer(ctx, organizationId, phone);
  const installationId = ctx.actor.kind === "plugin" ? ctx.actor.id : null;
  return {
    id,
    organizationId,
    instanceId: request.instanceId,
    installationId,
    requestedByKind: ctx.actor.kind,
    requestedById: ctx.actor.id,
    chatObjectId,
    payerPhoneSealed: await ctx.keyRing.seal(phone, SEALED.payerPhone(id)),
    payerHash,
    promptFor: provider.asksBy === "prompt" ? payerHash : null,
    provider: account.provider,
    accountId: account.id,
    amount: request.amount,
    currency: request.currency,
    orderReference: request.orderReference,
    description: request.description,
    items: request.items === undefined ? null : JSON.stringify(request.items),
    orderDetails: request.orderDetails,
    reference: createReference(),
    state: "created",
    failure: null,
    providerId: null,
    checkoutUrl: null,
    linkSentAt: null,
    receiptNumber: null,
    callbackSecretSealed: await ctx.keyRing.seal(secret, SEALED.paymentCallback(id)),
    refundReserved: 0,
    refundedAmount: 0,
    attention: null,
    idempotencyScope: installationId ?? organizationId,
    idempotencyKey,
    expiresAt: now + provider.promptLifetimeMs,
    // By then whoever asks has an answer or is gone.
    nextCheckAt: now + ASK_LEASE_MS,
    checks: 0,
    settledAt: null,
    followUpAt: null,
    followUpTries: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** Whether the row is written: no other under its key, and no open prompt of its payer. */
async function writeRow(ctx: Ctx, row: PaymentRow): Promise<boolean> {
  const { promptFor, createdAt: now } = row;
  const insert = ctx.db.insert(payment).values(row).onConflictDoNothing();
  const audit = {
    organizationId: row.organizationId,
    actor: ctx.actor,
    requestId: ctx.requestId,
    now,
    action: "payment.requested",
    subjectType: "payment",
    subjectId: row.id,
    detail: { amount: row.amount, currency: row.currency, provider: row.provider },
  };
  const dead = ctx.db
    .update(payment)
    .set({ promptFor: null })
    .where(and(eq(payment.promptFor, promptFor ?? ""), lte(payment.expiresAt, now - EXPIRY_GRACE_MS)));
  const changed = await writeWithAudit(ctx.db, audit, promptFor === null ? [insert] : [dead, insert]);
  return changed > 0;
}

/** What stands in the way of a row that could not be written: its own earlier self, or another prompt. */
async function findBegun(ctx: Ctx, row: PaymentRow): Promise<PaymentRow> {
  const begun = await ctx.db
    .select()
    .from(payment)
    .where(
      and(eq(payment.idempotencyScope, row.idempotencyScope), eq(payment.idempotencyKey, row.idempotencyKey)),
    )
    .get();
  if (begun !== undefined) {
    return begun.state === "created" ? resolveCreated(ctx, begun) : begun;
  }
  const open = await ctx.db
    .select({ expiresAt: payment.expiresAt })
    .from(payment)
    .where(eq(payment.promptFor, row.promptFor ?? ""))
    .get();
  const now = ctx.clock.now();
  const waitMs = (open?.expiresAt ?? now) + EXPIRY_GRACE_MS - now;
  throw new AppError(
    "conflict",
    "payer_has_open_prompt",
    "The payer has another payment prompt on the phone, and there is one at a time.",
    {
      gate: "policy",
      hint: "Wait until that payment has ended, then ask again.",
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    },
  );
}

/** Somebody is asking at this moment, or died while asking: then only the provider knows. */
async function resolveCreated(ctx: Ctx, begun: PaymentRow): Promise<PaymentRow> {
  const now = ctx.clock.now();
  if (now - begun.createdAt < ASK_LEASE_MS) {
    throw new AppError("conflict", "idempotency_in_progress", "The provider is being asked at this moment.", {
      hint: "Send the same request with the same key again.",
      retryAfterSeconds: 2,
    });
  }
  const [marked] = await ctx.db
    .update(payment)
    .set({ state: "unknown", nextCheckAt: now, updatedAt: now })
    .where(and(eq(payment.id, begun.id), eq(payment.state, "created")))
    .returning();
  if (marked !== undefined) {
    return marked;
  }
  const settled = await ctx.db.select().from(payment).where(eq(payment.id, begun.id)).get();
  return settled ?? begun;
}

function createReference(): string {
  const random = crypto.getRandomValues(new Uint8Array(REFERENCE_CHARACTERS));
  return Array.from(random, (byte) => REFERENCE_ALPHABET[byte % REFERENCE_ALPHABET.length]).join("");
}
