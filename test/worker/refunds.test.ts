/** Money goes back once, and never more than came in. */
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Ctx, withActor } from "../../src/access/context.ts";
import type { Role } from "../../src/access/permissions.ts";
import { payment, refund } from "../../src/db/schema/index.ts";
import { applyRefundNews } from "../../src/effects/payments/apply-refund-news.ts";
import { approveRefund, rejectRefund } from "../../src/effects/payments/decide-refund.ts";
import type { AppError } from "../../src/kernel/errors.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";
import { Till } from "./support/payments.ts";

const MINUTE_MS = 60_000;
const REQUEST_OWN = ["plugin:payments:refund:request:own"];
const EXECUTE_OWN = ["plugin:payments:refund:execute:own"];

let desk: Desk;
let till: Till;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(() => {
  till = new Till(desk);
});

function staff(role: Role): Ctx {
  const organizationId = desk.organization.id;
  return withActor(till.base(), { kind: "user", id: desk.organization.userId, organizationId, role });
}

async function refusal(work: Promise<unknown>): Promise<Pick<AppError, "code" | "kind">> {
  return work.then(
    () => {
      throw new Error("It was not refused.");
    },
    (error: AppError) => error,
  );
}

/** What all refunds of the payment moved, by the provider's own books. */
async function movedBack(paymentId: string): Promise<number> {
  const refunds = await testDb().select().from(refund).where(eq(refund.paymentId, paymentId));
  const charges = await Promise.all(refunds.map(({ id }) => till.charges(id)));
  return charges.flat().reduce((sum, { amount }) => sum + amount, 0);
}

describe("[PAYMENT-08] who may refund what", () => {
  test("with the permission to execute, it goes to the provider at once", async () => {
    const { id: paymentId } = await till.paid();
    const { id, state } = await till.refund({ paymentId, amount: 5_000 }, till.plugin(EXECUTE_OWN));
    expect(state).toBe("processing");
    await till.work();
    expect(await till.refundRow(id)).toMatchObject({ state: "succeeded", amount: 5_000 });
    expect(await till.row(paymentId)).toMatchObject({ refundedAmount: 5_000, refundReserved: 5_000 });
  });

  test("with the permission to ask, it waits for finance, and moves once however often it is approved", async () => {
    const { id: paymentId } = await till.paid();
    const { id, state } = await till.refund({ paymentId }, till.plugin(REQUEST_OWN));
    expect(state).toBe("requested");
    await till.passes(60 * MINUTE_MS);
    expect(await till.charges(id)).toEqual([]);
    const decisions = await Promise.allSettled(
      Array.from({ length: 10 }, () => approveRefund({ ctx: staff("finance"), input: { id } })),
    );
    expect(decisions.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const decision of decisions) {
      if (decision.status === "rejected") {
        expect(decision.reason).toMatchObject({ code: "refund_decided" });
      }
    }
    await till.work();
    expect(await till.refundRow(id)).toMatchObject({ state: "succeeded", decidedByKind: "user" });
    expect(await till.charges(id)).toHaveLength(1);
  });

  test("rejected: nothing moves, and the amount is free again", async () => {
    const { id: paymentId, amount } = await till.paid();
    const { id } = await till.refund({ paymentId }, till.plugin(REQUEST_OWN));
    expect((await refusal(till.refund({ paymentId, amount: 1 }))).code).toBe("refund_too_large");
    const rejected = await rejectRefund({ ctx: staff("finance"), input: { id, note: "It was delivered." } });
    expect(rejected).toMatchObject({ state: "rejected", decisionNote: "It was delivered." });
    expect((await refusal(approveRefund({ ctx: staff("owner"), input: { id } }))).code).toBe(
      "refund_decided",
    );
    expect((await till.row(paymentId)).refundReserved).toBe(0);
    expect((await till.refund({ paymentId })).amount).toBe(amount);
  });

  test.for(["agent", "viewer", "developer"] as const)("a %s decides nothing", async (role) => {
    const { id: paymentId } = await till.paid();
    const { id } = await till.refund({ paymentId }, till.plugin(REQUEST_OWN));
    expect((await refusal(approveRefund({ ctx: staff(role), input: { id } }))).code).toBe(
      "permission_missing",
    );
    expect((await till.refundRow(id)).state).toBe("requested");
  });

  test("a support agent asks, finance executes", async () => {
    const { id: paymentId } = await till.paid();
    expect((await till.refund({ paymentId, amount: 100 }, staff("agent"))).state).toBe("requested");
    expect((await till.refund({ paymentId, amount: 100 }, staff("finance"))).state).toBe("processing");
  });

  test("another plugin's payment is not there, unless any is granted", async () => {
    const { id: paymentId } = await till.paid();
    await testDb().update(payment).set({ installationId: null }).where(eq(payment.id, paymentId));
    const own = [...REQUEST_OWN, ...EXECUTE_OWN];
    expect((await refusal(till.refund({ paymentId }, till.plugin(own)))).code).toBe("payment_not_found");
    const any = till.plugin([...own, "plugin:payments:refund:request:any"]);
    expect((await till.refund({ paymentId, amount: 100 }, any)).state).toBe("requested");
    const all = till.plugin(["plugin:payments:refund:execute:any"]);
    expect((await till.refund({ paymentId, amount: 100 }, all)).state).toBe("processing");
  });

  test("without a permission, and from another organisation", async () => {
    const { id: paymentId } = await till.paid();
    expect((await refusal(till.refund({ paymentId }, till.plugin([])))).code).toBe("permission_not_granted");
    const other = new Till(await createDesk());
    expect((await refusal(other.refund({ paymentId }))).code).toBe("payment_not_found");
    expect((await refusal(other.refund({ paymentId: "pay_nobody" }))).code).toBe("payment_not_found");
  });
});

describe("[PAYMENT-09] refunds never exceed what was paid", () => {
  test.for([
    ["more than was paid", 125_001],
    ["far more", 10_000_000_000],
  ] as const)("%s", async ([, amount]) => {
    const { id: paymentId } = await till.paid();
    expect((await refusal(till.refund({ paymentId, amount }))).code).toBe("refund_too_large");
  });

  test("50 at once, of which 12 fit", async () => {
    const { id: paymentId } = await till.paid();
    const asked = await Promise.allSettled(
      Array.from({ length: 50 }, () => till.refund({ paymentId, amount: 10_000 })),
    );
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(12);
    await till.work();
    expect(await movedBack(paymentId)).toBe(120_000);
    expect(await till.row(paymentId)).toMatchObject({ refundedAmount: 120_000 });
    expect((await till.refund({ paymentId })).amount).toBe(5_000);
    expect((await refusal(till.refund({ paymentId }))).code).toBe("refund_too_large");
  });

  test("50 times the same key: one refund", async () => {
    const { id: paymentId } = await till.paid();
    const asked = await Promise.allSettled(
      Array.from({ length: 50 }, () => till.refund({ paymentId, amount: 10_000, key: `same-${paymentId}` })),
    );
    const ids = asked.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.id] : []));
    expect(new Set(ids).size).toBe(1);
    expect(await movedBack(paymentId)).toBe(10_000);
    const reused = till.refund({ paymentId, amount: 9_000, key: `same-${paymentId}` });
    expect((await refusal(reused)).code).toBe("idempotency_key_reused");
  });

  test("what was not paid", async () => {
    const { id: paymentId } = await till.pay({ amount: 121_700 });
    expect((await refusal(till.refund({ paymentId }))).code).toBe("refund_not_possible");
  });

  test("the table itself refuses what no statement should try", async () => {
    const { id } = await till.paid();
    const set = (values: object) => testDb().update(payment).set(values).where(eq(payment.id, id));
    await expect(set({ refundReserved: 125_001 })).rejects.toThrow();
    await expect(set({ refundedAmount: 1 })).rejects.toThrow();
    await expect(set({ refundReserved: -1, refundedAmount: -1 })).rejects.toThrow();
  });
});

describe("[PAYMENT-10] a refund is followed to its end", () => {
  test("one that the provider fails frees the amount", async () => {
    const { id: paymentId } = await till.paid();
    const { id } = await till.refund({ paymentId, amount: 2_000 });
    await till.work();
    expect(await till.refundRow(id)).toMatchObject({ state: "failed", failure: "declined" });
    expect(await till.row(paymentId)).toMatchObject({ refundReserved: 0, refundedAmount: 0 });
  });

  test("one that the provider refuses at once", async () => {
    const { id: paymentId } = await till.paid();
    expect(await till.refund({ paymentId, amount: 2_300 })).toMatchObject({ state: "failed" });
    expect((await till.row(paymentId)).refundReserved).toBe(0);
  });

  test("one whose answer was lost is found by asking, and asked for once", async () => {
    const { id: paymentId } = await till.paid();
    const { id, state } = await till.refund({ paymentId, amount: 2_100 });
    expect(state).toBe("unknown");
    await till.passes(MINUTE_MS);
    expect((await till.refundRow(id)).state).toBe("succeeded");
    expect(await till.charges(id)).toHaveLength(1);
    expect((await till.row(paymentId)).refundedAmount).toBe(2_100);
  });

  test("dead before the provider was asked: nobody is, and it fails on the provider's word", async () => {
    const { id: paymentId } = await till.paid();
    const { id } = await till.refund({ paymentId, amount: 5_000 }, till.plugin(REQUEST_OWN));
    // As the crash right after the decision leaves it.
    await testDb()
      .update(refund)
      .set({ state: "approved", decidedAt: till.now, updatedAt: till.now, nextCheckAt: till.now + MINUTE_MS })
      .where(eq(refund.id, id));
    await till.passes(MINUTE_MS);
    expect((await till.refundRow(id)).state).toBe("unknown");
    await till.passes(15 * MINUTE_MS);
    expect(await till.refundRow(id)).toMatchObject({ state: "failed" });
    expect(await till.charges(id)).toEqual([]);
    expect((await till.row(paymentId)).refundReserved).toBe(0);
  });

  test("a success that is said twice counts once; one after a failure is raised", async () => {
    const { id: paymentId } = await till.paid();
    const { id } = await till.refund({ paymentId, amount: 2_200 });
    await till.passes(MINUTE_MS);
    const row = await till.refundRow(id);
    expect(row.state).toBe("succeeded");
    const news = {
      providerId: row.providerId,
      outcome: "succeeded",
      failure: null,
      amount: 2_200,
      currency: "KES",
      receiptNumber: null,
      providerCode: "0",
    } as const;
    const from = { source: "callback", eventKey: "callback:again", reference: null, body: null } as const;
    await applyRefundNews({ ctx: till.base(), input: { row, news, from } });
    expect((await till.row(paymentId)).refundedAmount).toBe(2_200);

    const failed = await till.refund({ paymentId, amount: 2_000 });
    await till.work();
    const late = await till.refundRow(failed.id);
    await applyRefundNews({
      ctx: till.base(),
      input: { row: late, news: { ...news, providerId: late.providerId, amount: 2_000 }, from },
    });
    expect(await till.refundRow(failed.id)).toMatchObject({
      state: "failed",
      attention: "refunded_after_end",
    });
    expect((await till.row(paymentId)).refundedAmount).toBe(2_200);
  });
});
