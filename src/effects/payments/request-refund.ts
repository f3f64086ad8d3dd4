import { and, eq, exists, getTableColumns, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import { allows } from "../../access/require-permission.ts";
import type { RequestRefund } from "../../contract/payments.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment, refund } from "../../db/schema/index.ts";
import { randomToken } from "../../kernel/crypto.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { askRefund } from "./ask-refund.ts";
import { findPaymentFor } from "./find-payment.ts";
import { ASK_LEASE_MS } from "./limits.ts";
import type { PaymentRow, RefundRow } from "./payment-row.ts";
import { SEALED } from "./sealed.ts";

const REQUEST: readonly BridgePermission[] = [
  "plugin:payments:refund:request:own",
  "plugin:payments:refund:request:any",
];
const EXECUTE: readonly BridgePermission[] = [
  "plugin:payments:refund:execute:own",
  "plugin:payments:refund:execute:any",
];

/** Any one of these lets a plugin ask for a refund. */
export const REFUND_PERMISSIONS: readonly BridgePermission[] = [...REQUEST, ...EXECUTE];

export type RefundPlan = {
  readonly paid: PaymentRow;
  readonly amount: number;
  readonly reason: string;
  /** Whether it goes to the provider at once, or waits for a person's decision. */
  readonly isExecuted: boolean;
};

/**
 * Whether the refund may be asked for. Reads, and changes nothing. Throws `payment_not_found` for a payment that the
 * plugin has no business with, and `refund_not_possible` or `refund_too_large` (409).
 */
export async function planRefund({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: RequestRefund & { paymentId: string };
}): Promise<RefundPlan> {
  const organizationId = requireEffect(ctx, { control: "payments:refund", bridge: REFUND_PERMISSIONS });
  const paid = await findPaymentFor(ctx, organizationId, input.paymentId, (installationId) => {
    const isOwn = ctx.actor.kind === "plugin" && ctx.actor.id === installationId;
    return holdsAny(
      ctx,
      isOwn ? REFUND_PERMISSIONS : REFUND_PERMISSIONS.filter((key) => key.endsWith(":any")),
    );
  });
  if (paid.state !== "succeeded" || paid.providerId === null) {
    throw new AppError(
      "conflict",
      "refund_not_possible",
      `The payment is ${paid.state}: only what was paid can be refunded.`,
      { gate: "policy" },
    );
  }
  const left = paid.amount - paid.refundReserved;
  const amount = input.amount ?? left;
  if (amount > left || amount === 0) {
    throw tooLarge(left, paid.currency);
  }
  const isOwn = ctx.actor.kind === "plugin" && ctx.actor.id === paid.installationId;
  const isExecuted =
    ctx.actor.kind === "plugin"
      ? holdsAny(ctx, isOwn ? EXECUTE : EXECUTE.filter((key) => key.endsWith(":any")))
      : allows(ctx.actor, "refunds:decide");
  return { paid, amount, reason: input.reason, isExecuted };
}

/**
 * Asks for the refund, once for a key: at the provider when the actor may execute it, else of finance. What is asked
 * for is taken off what is left to refund in the same statement, so parallel requests never exceed what was paid.
 * Throws `refund_too_large` (409), and `idempotency_in_progress` (409) while it is being asked for.
 */
export async function requestRefund({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: RefundPlan; idempotencyKey: string };
}): Promise<RefundRow> {
  const { paid, isExecuted } = plan;
  const row = await createRow(ctx, plan, idempotencyKey);
  const reserved = await writeWithAudit(
    ctx.db,
    {
      organizationId: row.organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: row.createdAt,
      action: isExecuted ? "refund.executed" : "refund.requested",
      subjectType: "refund",
      subjectId: row.id,
      detail: { paymentId: paid.id, amount: row.amount, currency: row.currency },
    },
    [insertWithinPayment(ctx, row), reserve(ctx, row)],
  );
  if (reserved === 0) {
    return findBegun(ctx, row);
  }
  return isExecuted ? askRefund({ ctx, input: { row, paid } }) : row;
}

async function createRow(ctx: Ctx, plan: RefundPlan, idempotencyKey: string): Promise<RefundRow> {
  const { paid, amount, reason, isExecuted } = plan;
  const now = ctx.clock.now();
  const id = newId("refund");
  const installationId = ctx.actor.kind === "plugin" ? ctx.actor.id : null;
  return {
    id,
    organizationId: paid.organizationId,
    paymentId: paid.id,
    installationId,
    requestedByKind: ctx.actor.kind,
    requestedById: ctx.actor.id,
    amount,
    currency: paid.currency,
    reason,
    state: isExecuted ? "approved" : "requested",
    failure: null,
    providerId: null,
    callbackSecretSealed: await ctx.keyRing.seal(randomToken(), SEALED.refundCallback(id)),
    attention: null,
    idempotencyScope: installationId ?? paid.organizationId,
    idempotencyKey,
    decidedByKind: isExecuted ? ctx.actor.kind : null,
    decidedById: isExecuted ? ctx.actor.id : null,
    decidedAt: isExecuted ? now : null,
    decisionNote: null,
    nextCheckAt: isExecuted ? now + ASK_LEASE_MS : null,
    checks: 0,
    settledAt: null,
    followUpAt: null,
    followUpTries: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** Writes the row if its key is new and the payment has room for it. */
function insertWithinPayment({ db }: Ctx, row: RefundRow) {
  // The values in the order of the table's columns.
  const names = Object.keys(getTableColumns(refund)) as (keyof RefundRow)[];
  const values = sql.join(
    names.map((name) => sql`${row[name]}`),
    sql`, `,
  );
  return db
    .insert(refund)
    .select(
      sql`select ${values} from ${payment}
          where ${eq(payment.id, row.paymentId)} and ${eq(payment.state, "succeeded")}
            and ${payment.refundReserved} + ${row.amount} <= ${payment.amount}`,
    )
    .onConflictDoNothing();
}

/** Takes the amount off what is left, if the row was written right before. */
function reserve({ db }: Ctx, row: RefundRow) {
  const written = db.select({ one: sql`1` }).from(refund).where(eq(refund.id, row.id));
  return db
    .update(payment)
    .set({ refundReserved: sql`${payment.refundReserved} + ${row.amount}`, updatedAt: row.createdAt })
    .where(and(eq(payment.id, row.paymentId), exists(written)));
}

/** What stands in the way of a row that could not be written: its own earlier self, or other refunds. */
async function findBegun(ctx: Ctx, row: RefundRow): Promise<RefundRow> {
  const begun = await ctx.db
    .select()
    .from(refund)
    .where(
      and(eq(refund.idempotencyScope, row.idempotencyScope), eq(refund.idempotencyKey, row.idempotencyKey)),
    )
    .get();
  if (begun === undefined) {
    const [paid] = await ctx.db.select().from(payment).where(eq(payment.id, row.paymentId));
    throw tooLarge((paid?.amount ?? 0) - (paid?.refundReserved ?? 0), row.currency);
  }
  if (begun.paymentId !== row.paymentId || begun.amount !== row.amount) {
    throw new AppError(
      "invalid",
      "idempotency_key_reused",
      "This Idempotency-Key was given to another refund.",
      {
        hint: "Use a new key for a new thing; send exactly the same again to repeat the old one.",
      },
    );
  }
  if (begun.state === "approved" && ctx.clock.now() - begun.updatedAt < ASK_LEASE_MS) {
    throw new AppError("conflict", "idempotency_in_progress", "The provider is being asked at this moment.", {
      hint: "Send the same request with the same key again.",
      retryAfterSeconds: 2,
    });
  }
  return begun;
}

function holdsAny({ actor }: Ctx, permissions: readonly BridgePermission[]): boolean {
  return actor.kind !== "plugin" || permissions.some((permission) => actor.permissions.has(permission));
}

function tooLarge(left: number, currency: string): AppError {
  return new AppError(
    "conflict",
    "refund_too_large",
    left > 0
      ? `Of this payment, ${left} (minor units of ${currency}) are left to refund.`
      : "Nothing of this payment is left to refund.",
    { gate: "policy" },
  );
}
