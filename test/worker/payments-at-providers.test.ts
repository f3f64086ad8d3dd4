/** Payments through M-Pesa and Paystack, from the bridge's verb to the provider's stand-in and back. */
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, test } from "vitest";
import {
  PAYMENT_CREDENTIALS,
  type ProviderBehaviour,
  type StandInCallback,
  type StandInRequest,
} from "../support/payment-stand-in.ts";
import { nextPhone } from "./support/bridge.ts";
import { BASE_URL } from "./support/call.ts";
import { phoneTexts } from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { Till } from "./support/payments.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let desk: Desk;
let till: Till;
/** Where Paystack calls the account. */
let paystackHook: string;
beforeAll(async () => {
  desk = await createDesk();
  await desk.control("POST", "/v1/payment-accounts", {
    provider: "mpesa",
    name: "Pay bill",
    credentials: { ...PAYMENT_CREDENTIALS.paybill, apiBaseUrl: inject("darajaUrl") },
  });
  const paystack = await desk.control<{ callbackUrl: string }>("POST", "/v1/payment-accounts", {
    provider: "paystack",
    name: "Cards",
    credentials: { ...PAYMENT_CREDENTIALS.paystack, apiBaseUrl: inject("paystackUrl") },
  });
  paystackHook = paystack.body.callbackUrl;
  till = new Till(desk);
  till.now = Date.now();
});

/** A stand-in's books about one payer. */
function booksOf(provider: "daraja" | "paystack", phone: string) {
  const origin = inject(`${provider}Url`);
  const payer = phone.slice(1);
  const read = async <T>(what: string): Promise<T[]> =>
    (await fetch(`${origin}/-/${what}?payer=${payer}`)).json();
  const write = async (what: string, body: object) =>
    (await fetch(`${origin}/-/${what}`, { method: "POST", body: JSON.stringify({ payer, ...body }) })).text();
  return {
    behave: (behaviour: ProviderBehaviour) => write("behaviours", behaviour),
    settle: (settlement: object) => write("settle", settlement),
    callbacks: () => read<StandInCallback>("callbacks"),
    askings: async () =>
      (await read<StandInRequest>("requests")).filter(({ path }) => /processrequest|initialize/.test(path))
        .length,
  };
}

/** Carries a callback to the Worker, which the stand-ins cannot reach. */
async function carry(
  callback: StandInCallback | undefined,
  changes: { url?: string; body?: string } = {},
): Promise<number> {
  const url = changes.url ?? callback?.url ?? expect.unreachable("There is no callback.");
  const response = await exports.default.fetch(url, {
    method: "POST",
    headers: { ...callback?.headers },
    body: changes.body ?? callback?.body ?? "",
  });
  await response.text();
  return response.status;
}

describe("M-Pesa", () => {
  test("[PAYMENT-04] prompt, callback, paid; a second callback changes nothing", async () => {
    const phone = nextPhone();
    const { id, state } = await till.pay({ phone, provider: "mpesa" });
    expect(state).toBe("pending");
    const [callback] = await booksOf("daraja", phone).callbacks();
    expect(callback?.url).toMatch(new RegExp(`^${BASE_URL}/callbacks/payments/mpesa/${id}/[\\w-]{43}$`));
    expect(await carry(callback)).toBe(200);
    const paid = await till.row(id);
    expect(paid).toMatchObject({
      state: "succeeded",
      receiptNumber: expect.stringMatching(/^[A-Z0-9]{10}$/),
    });
    expect(await carry(callback)).toBe(200);
    expect(await till.row(id)).toEqual(paid);
  });

  test("[PAYMENT-05] an amount that was changed on the way is not believed, and Safaricom is asked", async () => {
    const phone = nextPhone();
    const books = booksOf("daraja", phone);
    await books.behave({ outcome: "nothing" });
    const { id } = await till.pay({ phone, provider: "mpesa" });
    await books.settle({ outcome: "succeed" });
    const [callback] = await books.callbacks();
    const body = callback?.body.replace("1250", "1") ?? "";
    expect(await carry(callback, { body })).toBe(200);
    expect(await till.row(id)).toMatchObject({ state: "pending", attention: "amount_differs" });
    // The callback was taken in by the machine's clock, not by the till's.
    await till.passes(MINUTE_MS);
    expect(await till.row(id)).toMatchObject({ state: "succeeded", receiptNumber: null });
    // The true callback still brings the receipt's number.
    expect(await carry(callback)).toBe(200);
    expect((await till.row(id)).receiptNumber).toMatch(/^[A-Z0-9]{10}$/);
  });

  test("[PAYMENT-02] an answer that was lost after the prompt: unknown, not asked again, settled by its callback", async () => {
    const phone = nextPhone();
    const books = booksOf("daraja", phone);
    await books.behave({ answer: "lost" });
    const row = await till.pay({ phone, provider: "mpesa", key: "lost-1" });
    expect(row.state).toBe("unknown");
    expect((await till.pay({ phone, provider: "mpesa", key: "lost-1" })).id).toBe(row.id);
    await till.passes(MINUTE_MS);
    expect(await books.askings()).toBe(1);
    expect((await till.row(row.id)).state).toBe("unknown");
    const [callback] = await books.callbacks();
    expect(await carry(callback)).toBe(200);
    expect((await till.row(row.id)).state).toBe("succeeded");
  });

  test("[PAYMENT-17] what nobody can be asked about expires after a day, and its callback still counts then", async () => {
    const phone = nextPhone();
    const books = booksOf("daraja", phone);
    await books.behave({ answer: "lost" });
    const { now } = till;
    const { id } = await till.pay({ phone, provider: "mpesa" });
    await till.passes(23 * HOUR_MS);
    expect((await till.row(id)).state).toBe("unknown");
    await till.passes(6 * HOUR_MS);
    expect(await till.row(id)).toMatchObject({ state: "expired", attention: "unsettled_for_long" });
    till.now = now; // Safaricom's clock has not moved
    expect(await carry((await books.callbacks())[0])).toBe(200);
    expect(await till.row(id)).toMatchObject({ state: "succeeded", attention: "paid_after_end" });
  });

  test("[PAYMENT-10] a reversal is followed to its callback", async () => {
    const phone = nextPhone();
    const books = booksOf("daraja", phone);
    const { id } = await till.pay({ phone, provider: "mpesa" });
    await carry((await books.callbacks())[0]);
    const refund = await till.refund({ paymentId: id, amount: 50_000 });
    expect(refund.state).toBe("processing");
    const callback = (await books.callbacks()).find(({ url }) => url?.includes(refund.id));
    expect(await carry(callback)).toBe(200);
    expect((await till.refundRow(refund.id)).state).toBe("succeeded");
    expect((await till.row(id)).refundedAmount).toBe(50_000);
  });

  test("[PAYMENT-01] cents, and a number of another country, are refused before Safaricom hears of it", async () => {
    const phone = nextPhone();
    await expect(till.pay({ phone, provider: "mpesa", amount: 125_050 })).rejects.toMatchObject({
      code: "payment_invalid",
      issues: [{ pointer: "/amount" }],
    });
    await expect(till.pay({ phone: "+447700900123", provider: "mpesa" })).rejects.toMatchObject({
      issues: [{ pointer: "/recipient" }],
    });
    expect(await booksOf("daraja", phone).askings()).toBe(0);
  });
});

describe("Paystack", () => {
  test("[PAYMENT-15] the link goes into the chat once; the signed event settles it, a forged one does not", async () => {
    const phone = nextPhone();
    const books = booksOf("paystack", phone);
    const row = await till.pay({ phone, provider: "paystack", key: "link-1" });
    expect(row).toMatchObject({ state: "pending", checkoutUrl: expect.stringMatching(/^https?:/) });
    await till.pay({ phone, provider: "paystack", key: "link-1" });
    await till.passes(MINUTE_MS);
    const links = (await phoneTexts(desk, desk.supportId, phone)).filter((text) =>
      text.includes(row.checkoutUrl ?? "?"),
    );
    expect(links).toHaveLength(1);
    await books.settle({ outcome: "succeed" });
    const callback = (await books.callbacks()).at(-1);
    const forged = callback?.body.replace("NGN", "USD").replace("KES", "NGN") ?? "";
    expect(await carry(callback, { url: paystackHook, body: `${forged} ` })).toBe(403);
    expect(await carry(callback, { url: `${paystackHook}x` })).toBe(404);
    expect((await till.row(row.id)).state).toBe("pending");
    expect(await carry(callback, { url: paystackHook })).toBe(200);
    expect((await till.row(row.id)).state).toBe("succeeded");
  });

  test("[PAYMENT-03] links are no prompts: a payer can have two", async () => {
    const phone = nextPhone();
    const [one, two] = [
      await till.pay({ phone, provider: "paystack" }),
      await till.pay({ phone, provider: "paystack" }),
    ];
    expect([one.state, two.state]).toEqual(["pending", "pending"]);
    expect(one.id).not.toBe(two.id);
  });

  test("[PAYMENT-10] a refund is followed by its event, or by asking", async () => {
    const phone = nextPhone();
    const books = booksOf("paystack", phone);
    const { id } = await till.pay({ phone, provider: "paystack" });
    await books.settle({ outcome: "succeed" });
    await till.passes(MINUTE_MS);
    expect((await till.row(id)).state).toBe("succeeded");
    const refund = await till.refund({ paymentId: id, amount: 50_000 });
    expect(refund.state).toBe("processing");
    await carry((await books.callbacks()).at(-1), { url: paystackHook });
    await till.passes(MINUTE_MS);
    expect((await till.refundRow(refund.id)).state).toBe("succeeded");
    expect((await till.row(id)).refundedAmount).toBe(50_000);
  });
});
