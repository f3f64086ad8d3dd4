/** Payments over HTTP: a plugin asks by the bridge, staff look and decide by the control plane. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chatIdOf } from "../../src/channels/chat-name.ts";
import { deadLetter, payment, paymentAccount, sandboxCharge } from "../../src/db/schema/index.ts";
import { deliverSandboxCallback } from "../../src/effects/payments/sandbox/deliver-sandbox-callback.ts";
import { newId } from "../../src/kernel/ids.ts";
import { testBase } from "./support/base.ts";
import { callBridge, createBridgeDesk, nextPhone } from "./support/bridge.ts";
import { call } from "./support/call.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { createOrganization, testDb } from "./support/organization.ts";
import { Till } from "./support/payments.ts";

type PaymentBody = {
  id: string;
  state: string;
  amount: number;
  payer: string;
  orderDetails: unknown;
  refundedAmount: number;
  attention: string | null;
  events: { source: string; stateAfter: string; body: string | null }[];
  refunds: { id: string; state: string }[];
  code?: string;
  issues?: { pointer: string; code: string }[];
};
type Page<T> = { data: T[]; nextCursor: string | null };

/** The queue hands out one batch after the other, and a receipt in the one before takes its time on a busy machine. */
const QUEUE_WAIT_MS = 20_000;

const TERMS = {
  amount: 121_700,
  currency: "KES",
  orderReference: "GAS-1041",
  description: "13 kg gas refill",
};

describe("a plugin asks over the bridge", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createBridgeDesk([
      "plugin:payments:initiate:external_recipient",
      "plugin:payments:status:own",
      "plugin:payments:refund:request:own",
    ]);
  });
  const ask = (body: object, options: Parameters<typeof callBridge>[2] = {}) =>
    callBridge<PaymentBody>(
      desk,
      {
        method: "POST",
        path: "/payments",
        body: { recipient: { type: "external_recipient", phone: nextPhone() }, ...TERMS, ...body },
      },
      options,
    );

  test.for([
    ["zero", { amount: 0 }, "/amount"],
    ["negative", { amount: -100 }, "/amount"],
    ["a fraction", { amount: 10.5 }, "/amount"],
    ["huge", { amount: 10_000_000_001 }, "/amount"],
    ["beyond all numbers", { amount: 1e300 }, "/amount"],
    ["a text", { amount: "1000" }, "/amount"],
    ["a currency that is none", { currency: "shillings" }, "/currency"],
    ["no reference", { orderReference: "" }, "/orderReference"],
    ["a description of 300 characters", { description: "x".repeat(300) }, "/description"],
    ["no items", { items: [] }, "/items"],
    ["half an item", { items: [{ name: "Gas", quantity: 0.5, unitAmount: 10 }] }, "/items/0/quantity"],
    ["details that are a list", { orderDetails: [] }, "/orderDetails"],
    ["a provider that is not there", { provider: "hawala" }, "/provider"],
  ] as const)("[PAYMENT-01] %s", async ([, body, pointer]) => {
    const answer = await ask(body);
    expect(answer.status).toBe(422);
    expect(new Set(answer.body.issues?.map((issue) => issue.pointer))).toEqual(new Set([pointer]));
  });

  test("[PAYMENT-01] items that do not add up, and a dry run that says so", async () => {
    const items = [{ name: "Gas", quantity: 1, unitAmount: 1 }];
    expect((await ask({ items })).body).toMatchObject({ code: "payment_invalid" });
    const phone = nextPhone();
    const request = {
      method: "POST",
      path: "/payments?dryRun=true",
      body: { recipient: { type: "external_recipient", phone }, ...TERMS },
    };
    const dry = await callBridge(desk, request);
    expect(dry.body).toMatchObject({ dryRun: true, allowed: true });
    const wet = await callBridge(desk, { ...request, body: { ...request.body, items } });
    expect(wet.body).toMatchObject({ dryRun: true, allowed: false, gate: "policy" });
    const rows = await testDb()
      .select()
      .from(payment)
      .where(eq(payment.installationId, desk.installation.id));
    expect(rows.filter(({ description }) => description !== TERMS.description)).toEqual([]);
    expect(rows).toEqual([]);
  });

  test("[PAYMENT-11] details are stored to the byte, whatever is in them", async () => {
    const details =
      '{ "address" : "ቤት 12\\u002c ቦሌ 🛢️",  "meter": 12345678901234567890, "2": 1.0, "1": null }';
    const body = {
      recipient: { type: "external_recipient", phone: nextPhone() },
      ...TERMS,
    };
    const text = `${JSON.stringify(body).slice(0, -1)}, "orderDetails" : ${details} }`;
    const { body: answer, status } = await callBridge<PaymentBody>(desk, {
      method: "POST",
      path: "/payments",
      body: text,
    });
    expect(status).toBe(201);
    const [row] = await testDb().select().from(payment).where(eq(payment.id, answer.id));
    expect(row?.orderDetails).toBe(details);
    expect(answer.orderDetails).toMatchObject({ address: "ቤት 12, ቦሌ 🛢️" });
  });

  test("[PAYMENT-02] 1,000 identical requests with one key: one payment, one prompt, identical answers", async () => {
    const key = crypto.randomUUID();
    const recipient = { type: "external_recipient", phone: nextPhone() };
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask({ recipient }, { key })));
    const good = answers.filter(({ status }) => status === 201);
    const busy = answers.filter(({ status }) => status === 409);
    expect(good.length + busy.length).toBe(1_000);
    expect(new Set(good.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const again = await ask({ recipient }, { key });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.body.id).toBe(good[0]?.body.id);
    const charges = await testDb()
      .select()
      .from(sandboxCharge)
      .where(eq(sandboxCharge.subjectId, again.body.id));
    expect(charges).toHaveLength(1);
  }, 120_000);

  test("[PAYMENT-12] it reads its own payments and nobody else's, and sees no phone number", async () => {
    const phone = nextPhone();
    const asked = await ask({ recipient: { type: "external_recipient", phone } });
    const read = (by: Desk, id: string) =>
      callBridge<PaymentBody>(by, { method: "GET", path: `/payments/${id}` });
    const own = await read(desk, asked.body.id);
    expect(own.body).toMatchObject({ id: asked.body.id, amount: TERMS.amount });
    expect(JSON.stringify(own.body)).not.toContain(phone.slice(-7));
    const other = await createBridgeDesk(["plugin:payments:status:any"]);
    for (const id of [asked.body.id, "pay_nobody"]) {
      expect(await read(other, id)).toMatchObject({ status: 404, body: { code: "payment_not_found" } });
    }
    const refunded = await callBridge<PaymentBody>(desk, {
      method: "POST",
      path: "/payments/pay_nobody/refunds",
      body: { reason: "Why not" },
    });
    expect(refunded.status).toBe(404);
  });
});

describe("staff look and decide", () => {
  let desk: Desk;
  let till: Till;
  beforeAll(async () => {
    desk = await createDesk();
  });
  beforeEach(() => {
    till = new Till(desk);
  });

  test("[PAYMENT-13] payments filter and page without skipping or repeating", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      ids.push((await till.paid({ orderReference: "PAGED" })).id);
    }
    await till.pay({ orderReference: "PAGED", amount: 121_700 });
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await desk.control<Page<PaymentBody>>(
        "GET",
        `/v1/payments?limit=2&orderReference=PAGED&state=succeeded&provider=sandbox&installationId=${desk.installation.id}${cursor}`,
      );
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor === null ? "" : `&cursor=${body.nextCursor}`;
    } while (cursor !== "");
    expect(seen).toEqual(ids.toReversed());
    const none = await desk.control<Page<PaymentBody>>("GET", "/v1/payments?to=2020-01-01T00:00:00Z");
    expect(none.body.data).toEqual([]);
    expect((await desk.control("GET", "/v1/payments?state=paid")).status).toBe(422);
  });

  test("[PAYMENT-13] one payment with all that was said of it, and the payer's number hidden", async () => {
    const phone = nextPhone();
    const { id } = await till.paid({ phone, orderDetails: '{"address":"Plot 7"}' });
    await till.refund({ paymentId: id, amount: 5_000 });
    const { body } = await desk.control<PaymentBody>("GET", `/v1/payments/${id}`);
    expect(body).toMatchObject({
      state: "succeeded",
      payer: `•••• ${phone.slice(-3)}`,
      orderDetails: { address: "Plot 7" },
      refunds: [{ state: "processing" }],
    });
    expect(body.events.map(({ source, stateAfter }) => [source, stateAfter])).toEqual([
      ["answer", "pending"],
      ["callback", "succeeded"],
      ["answer", "processing"],
    ]);
    expect(JSON.stringify(body)).not.toContain(phone.slice(-7));
  });

  test("[PAYMENT-13] totals by day and by provider", async () => {
    const own = new Till(await createDesk());
    await own.paid({ amount: 100_000 });
    own.now += 24 * 60 * 60_000;
    const { id } = await own.paid({ amount: 200_000 });
    await own.pay({ amount: 121_700 });
    await own.refund({ paymentId: id, amount: 50_000 });
    await own.work();
    const total = async (query: string) =>
      (await own.desk.control<Page<unknown>>("GET", `/v1/payments/totals?to=2026-12-01T00:00:00Z${query}`))
        .body.data;
    const currency = "KES";
    expect(await total("")).toEqual([
      { key: "2026-11-20", currency, payments: 1, amount: 100_000, refundedAmount: 0 },
      { key: "2026-11-21", currency, payments: 1, amount: 200_000, refundedAmount: 50_000 },
    ]);
    expect(await total("&groupBy=provider")).toEqual([
      { key: "sandbox", currency, payments: 2, amount: 300_000, refundedAmount: 50_000 },
    ]);
    expect(await total(`&instanceId=${own.desk.salesId}`)).toEqual([]);
  });

  test("[PAYMENT-06] a person asks the provider now, and says that what was raised is looked at", async () => {
    const { id } = await till.pay({ amount: 121_300 }); // the answer is lost, and it is paid
    await testDb().update(payment).set({ attention: "unsettled_for_long" }).where(eq(payment.id, id));
    const checked = await desk.control<PaymentBody>("POST", `/v1/payments/${id}/check`);
    expect(checked.body).toMatchObject({ state: "succeeded", attention: "unsettled_for_long" });
    const raised = () => desk.control<Page<PaymentBody>>("GET", "/v1/payments?needsAttention=true");
    expect((await raised()).body.data.map((row) => row.id)).toEqual([id]);
    expect((await desk.control("DELETE", `/v1/payments/${id}/attention`)).status).toBe(204);
    expect((await raised()).body.data).toEqual([]);
  });

  test("[PAYMENT-08] a refund by staff over HTTP, once for a key", async () => {
    const { id } = await till.paid();
    const refund = (body: object) =>
      desk.control<{ id: string; state: string; code?: string }>("POST", `/v1/payments/${id}/refunds`, {
        reason: "Wrong cylinder",
        ...body,
      });
    const first = await refund({ amount: 5_000, idempotencyKey: "slip-7" });
    expect([first.status, first.body.state]).toEqual([201, "processing"]);
    expect((await refund({ amount: 5_000, idempotencyKey: "slip-7" })).body.id).toBe(first.body.id);
    expect(await till.charges(first.body.id)).toHaveLength(1);
    expect(await refund({ amount: 120_001 })).toMatchObject({
      status: 409,
      body: { code: "refund_too_large" },
    });
    const listed = await desk.control<Page<{ id: string }>>("GET", `/v1/refunds?paymentId=${id}`);
    expect(listed.body.data.map((row) => row.id)).toEqual([first.body.id]);
  });

  test("[PAYMENT-14] accounts: masked, one default, secrets not sent to a new address, removed and still used", async () => {
    const organization = await createOrganization();
    const control = <Body>(method: string, path: string, body?: unknown) =>
      call<Body>(method, path, { token: organization.apiToken, ...(body !== undefined && { body }) });
    type Account = {
      id: string;
      isDefault: boolean;
      credentials: Record<string, string>;
      callbackUrl: string | null;
    };
    const create = (body: object) => control<Account>("POST", "/v1/payment-accounts", body);
    const mpesa = await create({
      provider: "mpesa",
      name: "Till",
      credentials: {
        consumerKey: "the-consumer-key",
        consumerSecret: "the-consumer-secret",
        shortCode: "174379",
        passKey: "the-pass-key-of-the-shop",
        type: "paybill",
      },
    });
    expect(mpesa.body).toMatchObject({ isDefault: true, callbackUrl: null });
    expect(mpesa.body.credentials).toEqual({
      consumerKey: "••••",
      consumerSecret: "••••",
      shortCode: "174379",
      passKey: "••••",
      type: "paybill",
    });
    const paystack = await create({
      provider: "paystack",
      name: "Cards",
      isDefault: true,
      credentials: { secretKey: "sk_test_0123456789abcdef0123", emailDomain: "pay.example.com" },
    });
    expect(paystack.body.callbackUrl).toMatch(
      /^https:\/\/kivuko\.test\/callbacks\/payments\/paystack\/pacc_\w+\/[\w-]{43}$/,
    );
    const list = async () =>
      (await control<Page<Account>>("GET", "/v1/payment-accounts")).body.data.map(({ id, isDefault }) => [
        id,
        isDefault,
      ]);
    expect(await list()).toEqual([
      [paystack.body.id, true],
      [mpesa.body.id, false],
    ]);
    const elsewhere = await control<{ code: string }>("PATCH", `/v1/payment-accounts/${mpesa.body.id}`, {
      credentials: { apiBaseUrl: "https://evil.example.com" },
    });
    expect(elsewhere.body.code).toBe("secrets_needed");
    const wrong = await control<{ code: string }>("PATCH", `/v1/payment-accounts/${mpesa.body.id}`, {
      credentials: { shortCode: "x" },
    });
    expect(wrong.body.code).toBe("credentials_invalid");
    expect((await create({ provider: "sandbox", name: "Play", credentials: {} })).status).toBe(422);
    expect((await control("DELETE", `/v1/payment-accounts/${paystack.body.id}`)).status).toBe(204);
    expect(await list()).toEqual([[mpesa.body.id, false]]);
    const kept = await testDb()
      .select()
      .from(paymentAccount)
      .where(eq(paymentAccount.id, paystack.body.id))
      .get();
    expect(kept?.credentialsSealed).toMatch(/^v1\./);
    expect(JSON.stringify(kept)).not.toContain("sk_test");
  });

  test("[PAYMENT-07] the queue and its consumer, by their own hands", {
    timeout: 2 * QUEUE_WAIT_MS,
  }, async () => {
    const phone = nextPhone();
    const ctx = till.plugin();
    const real = testBase();
    const row = await till.pay({ phone }, Object.assign(ctx, { clock: real.clock }));
    expect(row.chatObjectId).toBe((await chatIdOf(env.CHATS, desk.supportId, phone)).toString());
    const [message] = till.sent.splice(0);
    await deliverSandboxCallback({ ctx: real, input: message?.message ?? expect.unreachable() });
    expect((await till.row(row.id)).state).toBe("succeeded");
    // How long the receipt takes then is no matter of this test.
    await expect.poll(async () => (await till.row(row.id)).followUpTries, { timeout: QUEUE_WAIT_MS }).toBe(1);
  });

  test("[RECORD-05] work that no try could do is put back on its own queue", {
    timeout: 2 * QUEUE_WAIT_MS,
  }, async () => {
    const row = await till.pay({ amount: 121_200 }); // paid, and only asking tells
    await testDb().update(payment).set({ nextCheckAt: 1 }).where(eq(payment.id, row.id));
    const { organizationId } = row;
    const replay = async (body: object) => {
      const id = newId("deadLetter");
      await testDb()
        .insert(deadLetter)
        .values({
          id,
          organizationId,
          queue: "kivuko-work",
          messageId: id,
          body: JSON.stringify({ organizationId, ...body }),
          reason: "tries_exhausted",
          createdAt: Date.now(),
        });
      return (await desk.control("POST", `/v1/dead-letters/${id}/replay`)).status;
    };
    expect(await replay({ type: "payment.dance", id: row.id })).toBe(409);
    expect(await replay({ type: "payment.check", id: row.id })).toBe(204);
    await expect
      .poll(async () => (await till.row(row.id)).state, { timeout: QUEUE_WAIT_MS })
      .toBe("succeeded");
  });
});
