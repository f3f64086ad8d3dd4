/** Money is asked for once, and what became of it is believed from its provider alone. */
import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CtxBase } from "../../src/access/context.ts";
import { payment } from "../../src/db/schema/index.ts";
import { checkPayment } from "../../src/effects/payments/check-payment.ts";
import { findDueWork } from "../../src/effects/payments/find-due-work.ts";
import { SEALED } from "../../src/effects/payments/sealed.ts";
import type { AppError } from "../../src/kernel/errors.ts";
import { BASE_URL } from "./support/call.ts";
import { newPhone } from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";
import { EVERYTHING, Till } from "./support/payments.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let desk: Desk;
let till: Till;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(() => {
  till = new Till(desk);
});

/** An amount whose last two whole digits are these; the table is docs/payments.md's. */
const ending = (digits: number) => (1_200 + digits) * 100;

async function refusal(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => {
      throw new Error("It was not refused.");
    },
    (error: AppError) => error,
  );
}

/** A database that fails at a moment, as a crash would leave it. */
function crashing(
  db: CtxBase["db"],
  at: "before the first batch ends" | "before the second batch",
): CtxBase["db"] {
  let batches = 0;
  return new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (name !== "batch") {
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (statements: never) => {
        batches += 1;
        if (batches === 2 && at === "before the second batch") {
          throw new Error("The isolate died.");
        }
        const done = await target.batch(statements);
        if (batches === 1 && at === "before the first batch ends") {
          throw new Error("The isolate died.");
        }
        return done;
      };
    },
  });
}

/** Posts a callback as the provider would; the address is the payment's own unless told. */
async function postCallback(
  id: string,
  body: unknown,
  { provider = "sandbox", secret }: { provider?: string; secret?: string } = {},
): Promise<number> {
  const row = await testDb().select().from(payment).where(eq(payment.id, id)).get();
  const right =
    row === undefined
      ? "nothing"
      : await till.base().keyRing.open(row.callbackSecretSealed, SEALED.paymentCallback(id));
  const url = `${BASE_URL}/callbacks/payments/${provider}/${id}/${secret ?? right}`;
  const response = await exports.default.fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

async function paidCallback(id: string, changes: object = {}) {
  const row = await till.row(id);
  return {
    subject: "payment",
    id: row.providerId ?? "sbx_early",
    reference: row.reference,
    outcome: "succeeded",
    failure: null,
    amount: row.amount,
    currency: row.currency,
    receiptNumber: "R1",
    ...changes,
  };
}

describe("[PAYMENT-01] what is asked for is checked before anybody is asked", () => {
  test.for([
    [
      "items that do not add up",
      { items: [{ name: "Gas", quantity: 2, unitAmount: 60_000 }] },
      "items_differ",
    ],
    ["a currency that the provider does not take", { currency: "JPY" }, "currency_not_supported"],
    [
      "details that are too large",
      { orderDetails: JSON.stringify({ note: "x".repeat(33_000) }) },
      "too_large",
    ],
  ] as const)("%s", async ([, request, code]) => {
    const error = await refusal(till.pay(request as Parameters<Till["pay"]>[0]));
    expect(error.code).toBe("payment_invalid");
    expect(error.issues.map((issue) => issue.code)).toContain(code);
  });

  test("items that add up, an address of 4,000 characters in Amharic, and an emoji", async () => {
    const orderDetails = JSON.stringify({ address: "ቦሌ 🛢️".repeat(650).slice(0, 4_000), who: "فاطمة" });
    const items = [
      { name: "13 kg ጋዝ", quantity: 2, unitAmount: 60_000 },
      { name: "Delivery", quantity: 1, unitAmount: 5_000 },
    ];
    const row = await till.pay({ items, orderDetails });
    expect((await till.row(row.id)).orderDetails).toBe(orderDetails);
  });

  test("without the permission nothing is written", async () => {
    const error = await refusal(
      till.pay({ orderReference: "NEVER" }, till.plugin(["plugin:payments:initiate:current_chat"])),
    );
    expect(error).toMatchObject({ code: "permission_not_granted", gate: "permission" });
    expect(await testDb().select().from(payment).where(eq(payment.orderReference, "NEVER"))).toEqual([]);
  });

  test("a deployment that is no playground has no sandbox without an account", async () => {
    const config = { ...till.base().config, allowInsecurePluginUrls: false };
    const error = await refusal(till.pay({}, till.plugin(EVERYTHING, { config })));
    expect(error.code).toBe("payment_account_missing");
  });
});

describe("[PAYMENT-02] one key asks once", () => {
  test("200 times at once", async () => {
    const phone = newPhone();
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, () => till.pay({ phone, key: "the-same", amount: ending(17) })),
    );
    const ids = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.id] : []));
    const codes = answers.flatMap((answer) =>
      answer.status === "rejected" ? [(answer.reason as AppError).code] : [],
    );
    expect(new Set(ids).size).toBe(1);
    expect(new Set(codes).size).toBeLessThanOrEqual(1);
    expect(codes.every((code) => code === "idempotency_in_progress")).toBe(true);
    expect(await till.charges(ids[0] ?? "")).toHaveLength(1);
    const again = await till.pay({ phone, key: "the-same", amount: ending(17) });
    expect(again).toMatchObject({ id: ids[0], state: "pending" });
    expect(await till.charges(again.id)).toHaveLength(1);
  });

  test("dead before it asked: nobody is asked, and it expires on the provider's word", async () => {
    const phone = newPhone();
    const db = crashing(till.base().db, "before the first batch ends");
    await expect(till.pay({ phone, key: "died-1" }, till.plugin(EVERYTHING, { db }))).rejects.toThrow("died");
    expect((await refusal(till.pay({ phone, key: "died-1" }))).code).toBe("idempotency_in_progress");
    till.now += MINUTE_MS;
    const again = await till.pay({ phone, key: "died-1" });
    expect(again.state).toBe("unknown");
    await till.passes(2 * MINUTE_MS);
    expect(await till.row(again.id)).toMatchObject({ state: "expired", nextCheckAt: null });
    expect(await till.charges(again.id)).toEqual([]);
  });

  test("dead after it asked, before it stored the answer: asked once, found by the sweep", async () => {
    const phone = newPhone();
    const db = crashing(till.base().db, "before the second batch");
    await expect(
      till.pay({ phone, key: "died-2", amount: ending(12) }, till.plugin(EVERYTHING, { db })),
    ).rejects.toThrow("died");
    await till.passes(MINUTE_MS);
    const again = await till.pay({ phone, key: "died-2", amount: ending(12) });
    expect(again.state).toBe("succeeded");
    expect(await till.charges(again.id)).toHaveLength(1);
  });

  test("answered, and asked again with the same key: the same payment", async () => {
    const phone = newPhone();
    const first = await till.pay({ phone, key: "twice" });
    expect((await till.pay({ phone, key: "twice" })).id).toBe(first.id);
    expect(await till.charges(first.id)).toHaveLength(1);
  });
});

describe("[PAYMENT-03] a payer has one prompt at a time", () => {
  test("50 keys at once: one prompt, the rest are told when to come back", async () => {
    const phone = newPhone();
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => till.pay({ phone, amount: ending(17) })),
    );
    const asked = answers.filter(({ status }) => status === "fulfilled");
    expect(asked).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === "rejected") {
        expect(answer.reason).toMatchObject({ code: "payer_has_open_prompt", retryAfterSeconds: 150 });
      }
    }
  });

  test("another payer is not kept waiting, and the same one is free when it has ended", async () => {
    const phone = newPhone();
    await till.pay({ phone, amount: ending(1) });
    await till.pay();
    expect((await refusal(till.pay({ phone }))).code).toBe("payer_has_open_prompt");
    await till.work();
    expect((await till.pay({ phone })).state).toBe("pending");
  });

  test("a prompt that nobody hears of again does not stand in the way for ever", async () => {
    const phone = newPhone();
    await till.pay({ phone, amount: ending(17) });
    till.now += 3 * MINUTE_MS;
    expect((await till.pay({ phone })).state).toBe("pending");
  });
});

describe("[PAYMENT-04] accepted is not paid: only the provider's word settles", () => {
  test.for([
    [0, "succeeded", null],
    [1, "cancelled", "cancelled_by_payer"],
    [2, "failed", "insufficient_funds"],
    [3, "failed", "wrong_pin"],
    [4, "failed", "payer_unreachable"],
  ] as const)("amounts that end in %i end %s", async ([digits, state, failure]) => {
    const { id, state: before } = await till.pay({ amount: ending(digits) });
    expect(before).toBe("pending");
    await till.work();
    expect(await till.row(id)).toMatchObject({ state, failure });
  });

  test("refused at once", async () => {
    expect(await till.pay({ amount: ending(5) })).toMatchObject({ state: "failed", failure: "declined" });
  });

  test("a callback that comes twice changes something once, and both are in the log", async () => {
    const { id } = await till.pay({ amount: ending(11) });
    let handled = 0;
    till.followUps = {
      payment: [
        {
          name: "count",
          run: async () => {
            handled += 1;
          },
        },
      ],
      refund: [],
    };
    await till.work();
    expect(await till.row(id)).toMatchObject({ state: "succeeded", followUpAt: null });
    const callbacks = (await till.events(id)).filter(({ source }) => source === "callback");
    expect(callbacks).toMatchObject([{ stateBefore: "pending", stateAfter: "succeeded", seen: 2 }]);
    expect(handled).toBe(1);
  });

  test("a callback before the answer is stored", async () => {
    const row = await till.pay({ amount: ending(17) });
    // As if our answer were still on its way.
    await testDb().update(payment).set({ state: "created", providerId: null }).where(eq(payment.id, row.id));
    expect(await postCallback(row.id, await paidCallback(row.id, { id: row.providerId }))).toBe(200);
    expect(await till.row(row.id)).toMatchObject({ state: "succeeded", providerId: row.providerId });
  });

  test("money that arrives after the payment expired is not hidden", async () => {
    const { id } = await till.pay({ amount: ending(16) });
    await till.passes(90_000);
    expect((await till.row(id)).state).toBe("expired");
    await till.passes(90_000);
    expect(await till.row(id)).toMatchObject({ state: "succeeded", attention: "paid_after_end" });
    expect((await till.events(id)).at(-1)).toMatchObject({ stateBefore: "expired", stateAfter: "succeeded" });
  });

  test("what succeeded stays so, whatever is said later", async () => {
    const { id } = await till.paid();
    expect(await postCallback(id, await paidCallback(id, { outcome: "failed", failure: "declined" }))).toBe(
      200,
    );
    expect((await till.row(id)).state).toBe("succeeded");
    await expect(
      testDb()
        .update(payment)
        .set({ state: "paid" as never })
        .where(eq(payment.id, id)),
    ).rejects.toThrow();
  });
});

describe("[PAYMENT-05] news that does not fit is not believed, and is raised", () => {
  test.for([
    ["another amount", { amount: 1 }, "amount_differs"],
    ["another currency", { currency: "TZS" }, "currency_differs"],
    ["another reference", { reference: "SOMEBODYS" }, "reference_differs"],
    ["another charge", { id: "sbx_other" }, "provider_id_differs"],
  ] as const)("%s", async ([, changes, attention]) => {
    const { id } = await till.pay({ amount: ending(17) });
    expect(await postCallback(id, await paidCallback(id, changes))).toBe(200);
    expect(await till.row(id)).toMatchObject({ state: "pending", attention });
    expect((await till.events(id)).at(-1)).toMatchObject({ doubt: attention, stateAfter: "pending" });
  });

  test("a callback with the wrong amount from the provider itself: its own books decide nothing either", async () => {
    const { id } = await till.pay({ amount: ending(15) });
    await till.work();
    await till.passes(MINUTE_MS);
    expect(await till.row(id)).toMatchObject({ state: "pending", attention: "amount_differs" });
  });

  test.for([
    ["a wrong secret", { secret: "x".repeat(43) }, 404],
    ["another provider's address", { provider: "mpesa" }, 404],
    ["a provider that is not there", { provider: "hawala" }, 404],
  ] as const)("from nobody: %s", async ([, address, status]) => {
    const { id } = await till.pay({ amount: ending(17) });
    const before = (await till.events(id)).length;
    expect(await postCallback(id, await paidCallback(id), address)).toBe(status);
    expect((await till.row(id)).state).toBe("pending");
    expect(await till.events(id)).toHaveLength(before);
  });

  test("an id that nobody has, and bodies that nobody would send", async () => {
    expect(await postCallback("pay_nobody", {})).toBe(404);
    const { id } = await till.pay({ amount: ending(17) });
    for (const body of ["", "<html>", "[]", '{"outcome":"succeeded"}', "null"]) {
      expect(await postCallback(id, body)).toBe(400);
    }
    expect((await till.row(id)).state).toBe("pending");
  });
});

describe("[PAYMENT-06] nothing stays open for ever: the provider is asked", () => {
  test("a callback that never comes", async () => {
    const { id } = await till.pay({ amount: ending(12) });
    await till.passes(MINUTE_MS);
    expect(await till.row(id)).toMatchObject({ state: "succeeded", checks: 1 });
  });

  test("an answer that was lost, paid", async () => {
    const row = await till.pay({ amount: ending(13) });
    expect(row.state).toBe("unknown");
    await till.passes(MINUTE_MS);
    expect(await till.row(row.id)).toMatchObject({ state: "succeeded" });
    expect((await till.row(row.id)).providerId).not.toBeNull();
  });

  test("an answer that was lost, never asked: it expires after the prompt's life, not before", async () => {
    const { id } = await till.pay({ amount: ending(14) });
    await till.passes(MINUTE_MS);
    expect((await till.row(id)).state).toBe("unknown");
    await till.passes(2 * MINUTE_MS);
    expect((await till.row(id)).state).toBe("expired");
  });

  test("asked less and less often, raised after a day, and given up after thirty", async () => {
    const { id } = await till.pay({ amount: ending(17) });
    await till.passes(MINUTE_MS);
    const first = await till.row(id);
    expect((first.nextCheckAt ?? 0) - till.now).toBe(30_000);
    await till.passes(MINUTE_MS);
    expect(((await till.row(id)).nextCheckAt ?? 0) - till.now).toBe(MINUTE_MS);
    await till.passes(25 * HOUR_MS);
    expect(await till.row(id)).toMatchObject({ state: "pending", attention: "unsettled_for_long" });
    await till.passes(31 * 24 * HOUR_MS);
    expect((await till.row(id)).nextCheckAt).toBeNull();
  });

  test("one check of several messages, and none before its time", async () => {
    const { id, organizationId } = await till.pay({ amount: ending(17) });
    await checkPayment({ ctx: till.base(), input: { organizationId, id } });
    expect((await till.row(id)).checks).toBe(0);
    till.now += MINUTE_MS;
    await Promise.all(
      Array.from({ length: 5 }, () => checkPayment({ ctx: till.base(), input: { organizationId, id } })),
    );
    expect((await till.row(id)).checks).toBe(1);
    await checkPayment({ ctx: till.base(), input: { organizationId: "org_other", id, isForced: true } });
    expect((await till.row(id)).checks).toBe(1);
  });
});

describe("[PAYMENT-07] what follows the end of a payment is done, however often messages are lost", () => {
  test("a lost message is found again; a failing handler is tried again without the others' harm", async () => {
    const { id } = await till.pay();
    const ran: string[] = [];
    let fails = true;
    till.followUps = {
      payment: [
        {
          name: "receipt",
          run: async ({ subject }) => {
            ran.push(`receipt ${subject.state}`);
            if (fails) {
              throw new Error("The printer is out of paper.");
            }
          },
        },
        {
          name: "order",
          run: async () => {
            ran.push("order");
          },
        },
      ],
      refund: [],
    };
    // The callback is taken in, and every message that follows is lost.
    const callback = till.sent.shift();
    till.sent.length = 0;
    await till.do(callback?.message ?? expect.unreachable());
    till.sent.length = 0;
    expect(await till.row(id)).toMatchObject({ state: "succeeded", followUpAt: till.now });
    await till.passes(0);
    expect(ran).toEqual(["receipt succeeded", "order"]);
    fails = false;
    await till.passes(MINUTE_MS);
    expect(ran).toEqual(["receipt succeeded", "order", "receipt succeeded", "order"]);
    expect((await till.row(id)).followUpAt).toBeNull();
    await till.passes(HOUR_MS);
    expect(ran).toHaveLength(4);
  });

  test("what fails all day is raised", async () => {
    const { id } = await till.pay();
    const run = async () => Promise.reject(new Error("Never."));
    till.followUps = { payment: [{ name: "receipt", run }], refund: [] };
    await till.work();
    for (let hour = 0; hour < 30; hour++) {
      await till.passes(HOUR_MS);
    }
    expect(await till.row(id)).toMatchObject({ followUpAt: null, attention: "follow_up_failed" });
  });
});

test("[PAYMENT-06] a tick reads what is due, by index", async () => {
  const plan = await env.DB.prepare(
    "explain query plan select id from payment where next_check_at <= 5 order by next_check_at limit 500",
  ).all<{ detail: string }>();
  expect(plan.results.map(({ detail }) => detail).join()).toContain("payment_due");
  expect(await findDueWork({ ctx: till.platform() })).toBeGreaterThanOrEqual(0);
});
