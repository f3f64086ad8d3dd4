/** M-Pesa and Paystack, as they are called from inside workerd, against stand-ins that check what the real ones do. */
import { describe, expect, inject, it } from "vitest";
import type { MpesaCredentials } from "../../src/contract/payments.ts";
import { mpesa } from "../../src/effects/payments/mpesa/mpesa.ts";
import { paystack } from "../../src/effects/payments/paystack/paystack.ts";
import type {
  Charge,
  KnownCharge,
  PaymentProvider,
  RefundCharge,
} from "../../src/effects/payments/provider.ts";
import {
  PAYMENT_CREDENTIALS,
  type ProviderBehaviour,
  type StandInCallback,
  type StandInCharge,
  type StandInRequest,
} from "../support/payment-stand-in.ts";

const HOUR_MS = 60 * 60_000;

const darajaUrl = inject("darajaUrl");
const paystackUrl = inject("paystackUrl");
const PAYBILL: MpesaCredentials = { ...PAYMENT_CREDENTIALS.paybill, apiBaseUrl: darajaUrl };
const BUY_GOODS: MpesaCredentials = { ...PAYMENT_CREDENTIALS.buyGoods, apiBaseUrl: darajaUrl };
const PAYSTACK = { ...PAYMENT_CREDENTIALS.paystack, apiBaseUrl: paystackUrl };

const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
let counter = seed % 50_000_000;

/** A payer of their own for each test, so that none sees another's prompts. */
function newCharge(change: Partial<Charge> = {}): Charge {
  counter++;
  return {
    paymentId: `pay_${counter}`,
    amount: 1_500_00,
    currency: "KES",
    payerPhone: `+2547${String(counter).padStart(8, "0")}`,
    reference: `K${counter.toString(36).toUpperCase()}`,
    description: "Gas, 13 kg – ጋዝ",
    callbackUrl: `${darajaUrl}/-/sink`,
    allowLoopbackHttp: true,
    now: Date.now(),
    ...change,
  };
}

const known = (charge: Charge, providerId: string | null): KnownCharge => ({
  ...charge,
  providerId,
  requestedAt: charge.now,
});

const newRefund = (charge: Charge, change: Partial<RefundCharge>): RefundCharge => ({
  refundId: `rfnd_${counter}`,
  paymentId: charge.paymentId,
  amount: 500_00,
  currency: charge.currency,
  reason: "Came without a valve ✗",
  providerId: charge.reference,
  receiptNumber: null,
  callbackUrl: charge.callbackUrl,
  allowLoopbackHttp: true,
  now: charge.now,
  ...change,
});

/** What a stand-in has in its books about one payer. */
function booksOf(origin: string, { payerPhone }: Charge) {
  const payer = payerPhone.slice(1);
  const read = async <T>(what: string): Promise<T[]> =>
    (await fetch(`${origin}/-/${what}?payer=${payer}`)).json();
  const write = async (what: string, body: object) => {
    await (
      await fetch(`${origin}/-/${what}`, { method: "POST", body: JSON.stringify({ payer, ...body }) })
    ).text();
  };
  return {
    behave: (behaviour: ProviderBehaviour) => write("behaviours", behaviour),
    settle: (settlement: object) => write("settle", settlement),
    deliver: () => write("deliver", {}),
    charges: () => read<StandInCharge>("charges"),
    callbacks: () => read<StandInCallback>("callbacks"),
    /** How often the provider was asked for money. */
    askings: async () =>
      (await read<StandInRequest>("requests"))
        .filter(({ path }) => /processrequest|initialize/.test(path))
        .map(({ status }) => status),
  };
}

function read<C>(provider: PaymentProvider<C>, callback: StandInCallback | undefined, credentials: C) {
  return provider.readCallback(
    {
      headers: new Headers(callback?.headers),
      body: new TextEncoder().encode(callback?.body) as Uint8Array<ArrayBuffer>,
    },
    credentials,
  );
}

async function tokensFetched(): Promise<number> {
  const requests: StandInRequest[] = await (await fetch(`${darajaUrl}/-/requests`)).json();
  return requests.filter(({ path }) => path === "/oauth/v1/generate").length;
}

const expireTokens = () => fetch(`${darajaUrl}/-/expire-tokens`, { method: "POST" }).then((r) => r.text());

/** Asks, and gives the provider's id of what is then pending. */
async function ask<C>(provider: PaymentProvider<C>, charge: Charge, credentials: C): Promise<string> {
  const asked = await provider.ask(charge, credentials);
  return asked.state === "pending" ? asked.providerId : expect.unreachable(JSON.stringify(asked));
}

describe("mpesa", () => {
  it.for([
    ["a pay bill", PAYBILL],
    ["a till", BUY_GOODS],
  ] as const)(
    "puts one prompt on the payer's phone for %s, and hears that it was paid",
    async ([, account]) => {
      const charge = newCharge();
      const books = booksOf(darajaUrl, charge);
      const providerId = await ask(mpesa, charge, account);
      const [prompt, ...more] = await books.charges();
      expect(more).toEqual([]);
      expect(prompt).toMatchObject({
        id: providerId,
        amount: 1_500,
        reference: charge.reference,
        state: "succeeded",
      });
      const [callback] = await books.callbacks();
      expect(await read(mpesa, callback, account)).toEqual({
        ok: true,
        value: {
          subject: "payment",
          reference: null,
          news: {
            providerId,
            outcome: "succeeded",
            failure: null,
            amount: 1_500_00,
            currency: "KES",
            receiptNumber: prompt?.receiptNumber,
            providerCode: "0",
          },
        },
      });
      expect(await mpesa.query(known(charge, providerId), account)).toMatchObject({
        state: "settled",
        news: { providerId, outcome: "succeeded", amount: null, receiptNumber: null },
      });
    },
  );

  it.for([
    ["cancel", "cancelled", "cancelled_by_payer"],
    ["wrong_pin", "failed", "wrong_pin"],
    ["insufficient", "failed", "insufficient_funds"],
    ["unreachable", "failed", "payer_unreachable"],
    ["time_out", "expired", "expired"],
  ] as const)("hears of %s, by callback and by query", async ([behaviour, outcome, failure]) => {
    const charge = newCharge();
    const books = booksOf(darajaUrl, charge);
    await books.behave({ outcome: behaviour });
    const providerId = await ask(mpesa, charge, PAYBILL);
    const [callback] = await books.callbacks();
    const news = { providerId, outcome, failure, receiptNumber: null };
    expect(await read(mpesa, callback, PAYBILL)).toMatchObject({ ok: true, value: { news } });
    expect(await mpesa.query(known(charge, providerId), PAYBILL)).toMatchObject({ state: "settled", news });
  });

  it("[PROVIDER-06] does not prompt a payer who has a prompt open", async () => {
    const charge = newCharge();
    const books = booksOf(darajaUrl, charge);
    await books.behave({ outcome: "nothing" });
    const providerId = await ask(mpesa, charge, PAYBILL);
    expect(await mpesa.query(known(charge, providerId), PAYBILL)).toEqual({ state: "pending" });
    const second = newCharge({ payerPhone: charge.payerPhone });
    expect(await mpesa.ask(second, PAYBILL)).toEqual({
      state: "refused",
      failure: "payer_busy",
      providerCode: "500.001.1001",
    });
    expect(await books.charges()).toHaveLength(1);
    await books.settle({ outcome: "succeed" });
    expect(await mpesa.query(known(charge, providerId), PAYBILL)).toMatchObject({ state: "settled" });
  });

  it.for([
    ["lost", 1],
    ["error", 1],
    ["html", 1],
    ["lost_before", 0],
  ] as const)(
    "[PROVIDER-03] knows nothing after an answer that is %s, and asks once",
    async ([answer, prompts]) => {
      const charge = newCharge();
      const books = booksOf(darajaUrl, charge);
      await books.behave({ answer });
      expect(await mpesa.ask(charge, PAYBILL)).toMatchObject({ state: "unknown" });
      expect(await books.charges()).toHaveLength(prompts);
      expect(await books.askings()).toHaveLength(1);
      expect(await mpesa.query(known(charge, null), PAYBILL)).toEqual({ state: "unaskable" });
      const callbacks = await books.callbacks();
      expect(callbacks).toHaveLength(prompts);
      for (const callback of callbacks) {
        expect(await read(mpesa, callback, PAYBILL)).toMatchObject({
          ok: true,
          value: { news: { outcome: "succeeded" } },
        });
      }
    },
  );

  it("gets its callback before the answer, twice, late or never, as Daraja pleases", async () => {
    const delivered = async (callback: ProviderBehaviour["callback"]) => {
      const charge = newCharge();
      const books = booksOf(darajaUrl, charge);
      await books.behave({ ...(callback && { callback }) });
      await ask(mpesa, charge, PAYBILL);
      return { books, count: (await books.callbacks())[0]?.deliveries };
    };
    expect((await delivered("early")).count).toEqual([200]);
    expect((await delivered("never")).count).toEqual([]);
    const late = await delivered("late");
    expect(late.count).toEqual([]);
    await late.books.deliver();
    await late.books.deliver();
    expect((await late.books.callbacks())[0]?.deliveries).toEqual([200, 200]);
  });

  it.for(["lost", "error", "html"] as const)(
    "knows nothing after a question whose answer is %s",
    async (query) => {
      const charge = newCharge();
      const providerId = await ask(mpesa, charge, PAYBILL);
      await booksOf(darajaUrl, charge).behave({ query });
      expect(await mpesa.query(known(charge, providerId), PAYBILL)).toMatchObject({ state: "unknown" });
      expect(await mpesa.query(known(charge, "ws_CO_nobodys"), PAYBILL)).toMatchObject({ state: "unknown" });
    },
  );

  it("[PROVIDER-03] is refused where Daraja says that nothing was asked", async () => {
    const charge = newCharge();
    const books = booksOf(darajaUrl, charge);
    const refused = (failure: string) => ({ state: "refused", failure });
    await books.behave({ answer: "busy" });
    expect(await mpesa.ask(charge, PAYBILL)).toMatchObject(refused("provider_unavailable"));
    await books.behave({});
    expect(await mpesa.ask(charge, { ...PAYBILL, passKey: "x".repeat(20) })).toMatchObject(
      refused("provider_refused"),
    );
    expect(await mpesa.ask(charge, { ...PAYBILL, shortCode: "123456" })).toMatchObject(
      refused("provider_refused"),
    );
    const old = { ...charge, now: charge.now - HOUR_MS };
    expect(await mpesa.ask(old, PAYBILL)).toMatchObject({ providerCode: "400.002.02" });
    expect(await books.charges()).toEqual([]);
    expect(await books.askings()).toEqual([500, 500, 500, 400]);
  });

  it("[PROVIDER-02] sends nothing that the provider would refuse", async () => {
    const charge = newCharge({ amount: 1_500_50 });
    expect(await mpesa.ask(charge, PAYBILL)).toMatchObject({
      state: "refused",
      providerCode: "amount_not_whole",
    });
    expect(await booksOf(darajaUrl, charge).askings()).toEqual([]);
  });

  it("hears that type and number do not go together", async () => {
    const charge = newCharge();
    await ask(mpesa, charge, { ...PAYBILL, type: "buy_goods" });
    const [callback] = await booksOf(darajaUrl, charge).callbacks();
    expect(await read(mpesa, callback, PAYBILL)).toMatchObject({
      value: { news: { outcome: "failed", failure: "provider_refused", providerCode: "2028" } },
    });
  });

  it("[PROVIDER-04] fetches one token for all, and a new one when it is refused", async () => {
    await expireTokens();
    const before = await tokensFetched();
    const charges = Array.from({ length: 20 }, () => newCharge());
    const asked = await Promise.all(charges.map((charge) => mpesa.ask(charge, PAYBILL)));
    expect(asked.map(({ state }) => state)).toEqual(charges.map(() => "pending"));
    for (const charge of charges) {
      expect(await booksOf(darajaUrl, charge).charges()).toHaveLength(1);
    }
    expect((await tokensFetched()) - before).toBe(1);
    const later = newCharge();
    await ask(mpesa, later, PAYBILL);
    expect((await tokensFetched()) - before).toBe(1);
  });

  it("[PROVIDER-07] says nothing of the credentials, and gives nobody another's token", async () => {
    const charge = newCharge();
    const outcomes = [
      await mpesa.ask(charge, { ...PAYBILL, consumerSecret: "not-the-right-secret" }),
      await mpesa.ask(charge, { ...PAYBILL, apiBaseUrl: "http://127.0.0.1:1" }),
      await mpesa.ask({ ...charge, allowLoopbackHttp: false }, { ...PAYBILL, consumerKey: "another-key" }),
    ];
    expect(outcomes).toEqual([
      { state: "refused", failure: "provider_refused", providerCode: "400.008.01" },
      { state: "refused", failure: "provider_unavailable", providerCode: "token_connect_failed" },
      { state: "refused", failure: "provider_refused", providerCode: "token_url_refused" },
    ]);
    expect(await booksOf(darajaUrl, charge).askings()).toEqual([]);
  });
});

describe("a reversal by mpesa", () => {
  async function paid(behaviour: ProviderBehaviour = {}) {
    const charge = newCharge();
    const books = booksOf(darajaUrl, charge);
    const providerId = await ask(mpesa, charge, PAYBILL);
    const receiptNumber = (await books.charges())[0]?.receiptNumber ?? null;
    await books.behave(behaviour);
    const refund = (change: Partial<RefundCharge> = {}) =>
      newRefund(charge, { providerId, receiptNumber, ...change });
    return { charge, books, refund };
  }
  const last = async (books: ReturnType<typeof booksOf>) =>
    read(mpesa, (await books.callbacks()).at(-1), PAYBILL);

  it("gives a part back, and never more than was paid", async () => {
    const { books, refund } = await paid();
    const first = await mpesa.refund(refund({ amount: 1_000_00 }), PAYBILL);
    const providerId = first.state === "pending" ? first.providerId : expect.unreachable();
    expect(await last(books)).toMatchObject({
      ok: true,
      value: {
        subject: "refund",
        news: { providerId, outcome: "succeeded", amount: 1_000_00, currency: "KES" },
      },
    });
    expect(await mpesa.refund(refund({ amount: 600_00 }), PAYBILL)).toMatchObject({ state: "pending" });
    expect(await last(books)).toMatchObject({
      value: { news: { outcome: "failed", failure: "provider_refused", providerCode: "R000001" } },
    });
  });

  it("is followed by a status query, whose result comes to the same callback", async () => {
    const { books, refund } = await paid({ refund: "nothing" });
    const asked = await mpesa.refund(refund(), PAYBILL);
    const refundProviderId = asked.state === "pending" ? asked.providerId : expect.unreachable();
    const question = { ...refund(), refundProviderId };
    expect(await mpesa.queryRefund(question, PAYBILL)).toEqual({ state: "pending" });
    expect(await last(books)).toEqual({ ok: false, error: "ignored" });
    await books.settle({ refund: "succeed" });
    expect(await mpesa.queryRefund(question, PAYBILL)).toEqual({ state: "pending" });
    expect(await last(books)).toMatchObject({
      value: {
        subject: "refund",
        news: { providerId: refundProviderId, outcome: "succeeded", amount: 500_00 },
      },
    });
  });

  it("fails when the merchant has not enough", async () => {
    const { books, refund } = await paid({ refund: "fail" });
    await mpesa.refund(refund(), PAYBILL);
    expect(await last(books)).toMatchObject({
      value: { news: { outcome: "failed", failure: "insufficient_funds", receiptNumber: null } },
    });
  });

  it.for(["lost", "error", "html", "lost_before"] as const)(
    "is unknown after an answer that is %s",
    async (answer) => {
      const { refund } = await paid({ answer });
      expect(await mpesa.refund(refund(), PAYBILL)).toMatchObject({ state: "unknown" });
      expect(await mpesa.queryRefund({ ...refund(), refundProviderId: null }, PAYBILL)).toMatchObject({
        state: "unknown",
      });
    },
  );

  it("is refused without what it needs", async () => {
    const { refund } = await paid();
    const { initiator: _, ...nobody } = PAYBILL;
    const codes = [
      await mpesa.refund(refund({ receiptNumber: null }), PAYBILL),
      await mpesa.refund(refund({ amount: 500_50 }), PAYBILL),
      await mpesa.refund(refund(), nobody),
      await mpesa.refund(refund(), { ...PAYBILL, securityCredential: "bm90LXRoZS1yaWdodC1vbmU=" }),
    ];
    expect(codes.map((code) => code.state === "refused" && code.providerCode)).toEqual([
      "receipt_number_missing",
      "amount_not_whole",
      "initiator_missing",
      "400.002.02",
    ]);
    expect(await mpesa.refund(refund({ receiptNumber: "TZZ0000000" }), PAYBILL)).toMatchObject({
      state: "pending",
    });
  });
});

describe("paystack", () => {
  it("gives a link, and hears that it was paid", async () => {
    const charge = newCharge();
    const books = booksOf(paystackUrl, charge);
    const asked = await paystack.ask(charge, PAYSTACK);
    expect(asked).toEqual({
      state: "pending",
      providerId: charge.reference,
      checkoutUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/checkout\/[0-9a-f]{16}$/),
    });
    expect(await paystack.query(known(charge, charge.reference), PAYSTACK)).toEqual({ state: "pending" });
    await books.settle({ outcome: "succeed" });
    const news = {
      providerId: charge.reference,
      outcome: "succeeded",
      failure: null,
      amount: 1_500_00,
      currency: "KES",
      receiptNumber: (await books.charges())[0]?.receiptNumber,
      providerCode: "Successful",
    };
    const [callback] = await books.callbacks();
    expect(await read(paystack, callback, PAYSTACK)).toEqual({
      ok: true,
      value: { subject: "payment", reference: charge.reference, news },
    });
    expect(await paystack.query(known(charge, charge.reference), PAYSTACK)).toEqual({
      state: "settled",
      news,
    });
  });

  it("[PROVIDER-05] believes only what the secret key signed", async () => {
    const charge = newCharge();
    const books = booksOf(paystackUrl, charge);
    await books.behave({ outcome: "succeed" });
    await ask(paystack, charge, PAYSTACK);
    const [callback] = await books.callbacks();
    const other = { ...PAYSTACK, secretKey: `sk_live_${"0".repeat(40)}` };
    const altered = callback && { ...callback, body: callback.body.replace("150000", "150001") };
    const unsigned = callback && { ...callback, headers: {} };
    expect(await read(paystack, callback, PAYSTACK)).toMatchObject({ ok: true });
    expect(await read(paystack, callback, other)).toEqual({ ok: false, error: "forged" });
    expect(await read(paystack, altered, PAYSTACK)).toEqual({ ok: false, error: "forged" });
    expect(await read(paystack, unsigned, PAYSTACK)).toEqual({ ok: false, error: "forged" });
  });

  it.for([
    ["insufficient", "failed", "insufficient_funds"],
    ["cancel", "cancelled", "cancelled_by_payer"],
    ["wrong_pin", "failed", "wrong_pin"],
    ["unreachable", "failed", "declined"],
    ["time_out", "expired", "expired"],
  ] as const)("hears of %s, by event and by asking", async ([behaviour, outcome, failure]) => {
    const charge = newCharge();
    const books = booksOf(paystackUrl, charge);
    await books.behave({ outcome: behaviour });
    await ask(paystack, charge, PAYSTACK);
    const news = { outcome, failure };
    expect(await read(paystack, (await books.callbacks())[0], PAYSTACK)).toMatchObject({ value: { news } });
    expect(await paystack.query(known(charge, null), PAYSTACK)).toMatchObject({ state: "settled", news });
  });

  it.for(["lost", "error", "html"] as const)(
    "[PROVIDER-03] asks after a charge whose answer is %s by its own reference",
    async (answer) => {
      const charge = newCharge();
      const books = booksOf(paystackUrl, charge);
      await books.behave({ answer });
      expect(await paystack.ask(charge, PAYSTACK)).toMatchObject({ state: "unknown" });
      expect(await paystack.query(known(charge, null), PAYSTACK)).toEqual({ state: "pending" });
      await books.behave({});
      expect(await paystack.ask(charge, PAYSTACK)).toEqual({
        state: "unknown",
        providerCode: "duplicate_reference",
      });
      expect(await books.charges()).toHaveLength(1);
    },
  );

  it("[PROVIDER-03] has proof that a charge never got there", async () => {
    const charge = newCharge();
    await booksOf(paystackUrl, charge).behave({ answer: "lost_before" });
    expect(await paystack.ask(charge, PAYSTACK)).toMatchObject({ state: "unknown" });
    expect(await paystack.query(known(charge, null), PAYSTACK)).toEqual({ state: "unheard_of" });
  });

  it.for(["lost", "error", "html"] as const)(
    "knows nothing after a question whose answer is %s",
    async (query) => {
      const charge = newCharge();
      await ask(paystack, charge, PAYSTACK);
      await booksOf(paystackUrl, charge).behave({ query });
      expect(await paystack.query(known(charge, null), PAYSTACK)).toMatchObject({ state: "unknown" });
    },
  );

  it("gives up on a link that nobody paid for a day", async () => {
    const charge = newCharge();
    await ask(paystack, charge, PAYSTACK);
    const aged = (ms: number) => ({ ...known(charge, null), now: charge.now + ms });
    expect(await paystack.query(aged(24 * HOUR_MS - 1), PAYSTACK)).toEqual({ state: "pending" });
    expect(await paystack.query(aged(24 * HOUR_MS), PAYSTACK)).toMatchObject({
      state: "settled",
      news: { outcome: "expired", failure: "expired" },
    });
  });

  it("[PROVIDER-07] is refused in Paystack's words, which hold no secret", async () => {
    const charge = newCharge();
    const books = booksOf(paystackUrl, charge);
    await books.behave({ answer: "busy" });
    const outcomes = [
      await paystack.ask(charge, { ...PAYSTACK, secretKey: `sk_test_${"1".repeat(40)}` }),
      await paystack.ask(charge, PAYSTACK),
      await paystack.ask({ ...charge, reference: "not_allowed" }, PAYSTACK),
      await paystack.ask({ ...charge, allowLoopbackHttp: false }, PAYSTACK),
      await paystack.ask({ ...charge, currency: "EUR" }, PAYSTACK),
    ];
    expect(outcomes).toEqual([
      { state: "refused", failure: "provider_refused", providerCode: "invalid_Key" },
      { state: "refused", failure: "provider_unavailable", providerCode: "rate_limited" },
      { state: "refused", failure: "provider_refused", providerCode: "invalid_reference" },
      { state: "refused", failure: "provider_refused", providerCode: "url_refused" },
      { state: "refused", failure: "provider_refused", providerCode: "currency_not_supported" },
    ]);
    expect(await books.charges()).toEqual([]);
  });

  it("counts francs whole and sends them as Paystack wants", async () => {
    const charge = newCharge({ amount: 5_000, currency: "XOF" });
    const books = booksOf(paystackUrl, charge);
    await books.behave({ outcome: "succeed" });
    await ask(paystack, charge, PAYSTACK);
    expect((await books.charges())[0]?.amount).toBe(500_000);
    expect(await paystack.query(known(charge, null), PAYSTACK)).toMatchObject({
      news: { amount: 5_000, currency: "XOF" },
    });
  });
});

describe("a refund by paystack", () => {
  async function paid(behaviour: ProviderBehaviour = {}) {
    const charge = newCharge();
    const books = booksOf(paystackUrl, charge);
    await books.behave({ outcome: "succeed" });
    await ask(paystack, charge, PAYSTACK);
    await books.behave(behaviour);
    return { charge, books, refund: newRefund(charge, {}) };
  }
  const pendingId = async (refund: RefundCharge) => {
    const asked = await paystack.refund(refund, PAYSTACK);
    return asked.state === "pending" ? asked.providerId : expect.unreachable(JSON.stringify(asked));
  };

  it("is followed to its end, by event and by asking", async () => {
    const { charge, books, refund } = await paid({ refund: "nothing" });
    const refundProviderId = await pendingId(refund);
    expect(await paystack.queryRefund({ ...refund, refundProviderId }, PAYSTACK)).toEqual({
      state: "pending",
    });
    await books.settle({ refund: "succeed" });
    expect(await paystack.queryRefund({ ...refund, refundProviderId }, PAYSTACK)).toMatchObject({
      state: "settled",
      news: { providerId: refundProviderId, outcome: "succeeded", amount: 500_00, currency: "KES" },
    });
    expect(await read(paystack, (await books.callbacks()).at(-1), PAYSTACK)).toMatchObject({
      value: {
        subject: "refund",
        reference: charge.reference,
        news: { providerId: null, outcome: "succeeded", amount: 500_00 },
      },
    });
  });

  it("fails, and the money stays with the merchant", async () => {
    const { books, refund } = await paid({ refund: "fail" });
    const refundProviderId = await pendingId(refund);
    const news = { outcome: "failed", failure: "provider_refused" };
    expect(await paystack.queryRefund({ ...refund, refundProviderId }, PAYSTACK)).toMatchObject({ news });
    expect(await read(paystack, (await books.callbacks()).at(-1), PAYSTACK)).toMatchObject({
      value: { news },
    });
  });

  it("is found again by our id when its answer was lost", async () => {
    const { refund } = await paid();
    await pendingId({ ...refund, refundId: "rfnd_another" });
    const { charge: _, ...other } = await paid({ answer: "lost" });
    expect(await paystack.refund(other.refund, PAYSTACK)).toMatchObject({ state: "unknown" });
    expect(await paystack.queryRefund({ ...other.refund, refundProviderId: null }, PAYSTACK)).toMatchObject({
      state: "settled",
      news: { outcome: "succeeded" },
    });
  });

  it("that is not to be found is unknown: a second one would be taken", async () => {
    const { refund } = await paid({ answer: "lost_before" });
    expect(await paystack.refund(refund, PAYSTACK)).toMatchObject({ state: "unknown" });
    expect(await paystack.queryRefund({ ...refund, refundProviderId: null }, PAYSTACK)).toEqual({
      state: "unknown",
      providerCode: "refund_not_found",
    });
  });

  it("never gives back more than was paid", async () => {
    const { refund } = await paid();
    await pendingId({ ...refund, amount: 1_000_00 });
    expect(await paystack.refund({ ...refund, amount: 500_01 }, PAYSTACK)).toMatchObject({
      state: "refused",
    });
    await pendingId(refund);
    expect(await paystack.refund(refund, PAYSTACK)).toMatchObject({
      state: "refused",
      providerCode: "transaction_reversed",
    });
  });
});
