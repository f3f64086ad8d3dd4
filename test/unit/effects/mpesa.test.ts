/** What M-Pesa's numbers, times and codes come to. */
import { describe, expect, test } from "vitest";
import { createAccessTokens } from "../../../src/effects/payments/mpesa/access-tokens.ts";
import { checkMpesaCharge } from "../../../src/effects/payments/mpesa/check-charge.ts";
import type { DarajaAnswer } from "../../../src/effects/payments/mpesa/daraja.adapter.ts";
import { eastAfricaTimestamp } from "../../../src/effects/payments/mpesa/east-africa-time.ts";
import { mpesaNumber } from "../../../src/effects/payments/mpesa/mpesa-number.ts";
import { plainText } from "../../../src/effects/payments/mpesa/plain-text.ts";
import { readDarajaCallback } from "../../../src/effects/payments/mpesa/read-callback.ts";
import { readRefusal } from "../../../src/effects/payments/mpesa/read-refusal.ts";
import {
  explainChargeResult,
  explainReversalResult,
  explainTransactionState,
} from "../../../src/effects/payments/mpesa/result-codes.ts";
import { err, ok } from "../../../src/kernel/result.ts";

describe("East Africa Time", () => {
  test.for([
    ["2026-11-21T09:30:15.999Z", "20261121123015"],
    ["2026-11-20T20:59:59.999Z", "20261120235959"],
    ["2026-11-20T21:00:00.000Z", "20261121000000"],
    ["2026-12-31T20:59:59.000Z", "20261231235959"],
    ["2026-12-31T21:00:00.000Z", "20270101000000"],
    ["2028-02-28T21:30:00.000Z", "20280229003000"],
    ["2026-07-01T00:00:00.000Z", "20260701030000"],
  ] as const)("[PROVIDER-01] %s is %s in Nairobi, whatever this machine's zone is", ([instant, expected]) => {
    const zone = process.env["TZ"];
    try {
      for (const machine of ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"]) {
        process.env["TZ"] = machine;
        expect(eastAfricaTimestamp(Date.parse(instant))).toBe(expected);
      }
    } finally {
      if (zone === undefined) {
        delete process.env["TZ"];
      } else {
        process.env["TZ"] = zone;
      }
    }
  });
});

test.for([
  ["+254712345678", "254712345678"],
  ["+254110345678", "254110345678"],
  ["+254212345678", null],
  ["+25471234567", null],
  ["+2547123456789", null],
  ["254712345678", null],
  ["+255712345678", null],
  ["0712345678", null],
] as const)("%s is the M-Pesa number %s", ([phone, expected]) => {
  expect(mpesaNumber(phone)).toBe(expected);
});

describe("what M-Pesa would refuse", () => {
  const PAYABLE = { amount: 1_500_00, currency: "KES", payerPhone: "+254712345678", description: "" };
  test.for([
    [{}, []],
    [{ amount: 1_00 }, []],
    [{ amount: 250_000_00 }, []],
    [{ description: "A".repeat(4_000) }, []],
    [{ amount: 1_500_50 }, ["/amount amount_not_whole"]],
    [{ amount: 99 }, ["/amount amount_not_whole"]],
    [{ amount: 250_001_00 }, ["/amount amount_out_of_range"]],
    [{ currency: "TZS" }, ["/currency currency_not_supported"]],
    [{ payerPhone: "+255712345678" }, ["/recipient payer_not_supported"]],
    [{ amount: 50, payerPhone: "+1" }, ["/amount amount_not_whole", "/recipient payer_not_supported"]],
  ] as const)("[PROVIDER-02] %j: %j", ([change, expected]) => {
    const issues = checkMpesaCharge({ ...PAYABLE, ...change });
    expect(issues.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(expected);
  });
});

test.for([
  ["Gas 13 kg – Umoja", 13, "Gas 13 kg Umo"],
  ["Café crème", 13, "Cafe creme"],
  ["ስጦታ", 13, ""],
  ["🎁 Gift & card", 13, "Gift card"],
  ["  two  spaces ", 13, "two spaces"],
  ["a very long d ead end", 14, "a very long d"],
] as const)("%s in %i plain characters is '%s'", ([text, length, expected]) => {
  expect(plainText(text, length)).toBe(expected);
});

test.for([
  ["0", "succeeded", null],
  ["1", "failed", "insufficient_funds"],
  ["3", "failed", "limit_exceeded"],
  ["17", "failed", "limit_exceeded"],
  ["26", "failed", "provider_unavailable"],
  ["1001", "failed", "payer_busy"],
  ["1019", "expired", "expired"],
  ["1025", "failed", "provider_unavailable"],
  ["1032", "cancelled", "cancelled_by_payer"],
  ["1037", "failed", "payer_unreachable"],
  ["2001", "failed", "wrong_pin"],
  ["2028", "failed", "provider_refused"],
  ["SFC_IC0003", "failed", "provider_refused"],
  ["31415", "failed", "declined"],
] as const)("a prompt's result %s is %s, %s", ([code, outcome, failure]) => {
  expect(explainChargeResult(code)).toEqual({ outcome, failure });
});

test("a prompt that is still being processed has no result", () => {
  expect(explainChargeResult("4999")).toBe("pending");
});

test("a reversal that was made before has moved nothing now", () => {
  expect(explainReversalResult("0").outcome).toBe("succeeded");
  expect(explainReversalResult("R000001")).toEqual({ outcome: "failed", failure: "provider_refused" });
  expect(explainReversalResult("1")).toEqual({ outcome: "failed", failure: "insufficient_funds" });
  expect(explainTransactionState("Completed")?.outcome).toBe("succeeded");
  expect(explainTransactionState("Failed")?.outcome).toBe("failed");
  expect(explainTransactionState("Pending")).toBeNull();
});

describe("an answer without acceptance", () => {
  const said = (status: number, errorCode?: string, errorMessage?: string): DarajaAnswer => ({
    state: "answered",
    status,
    body: { requestId: "1", ...(errorCode && { errorCode }), ...(errorMessage && { errorMessage }) },
  });
  const LOCKED = "Unable to lock subscriber, a transaction is already in process for the current subscriber";
  test.for([
    [said(400, "400.002.02", "Bad Request - Invalid Amount"), "provider_refused"],
    [said(404, "404.001.03", "Invalid Access Token"), "provider_refused"],
    [said(500, "500.001.1001", LOCKED), "payer_busy"],
    [said(500, "500.001.1001", "Wrong credentials"), "provider_refused"],
    [said(500, "500.001.1001", "Merchant does not exist"), "provider_refused"],
    [said(500, "500.003.02", "Error Occurred: Spike Arrest Violation"), "provider_unavailable"],
    [said(500, "500.003.03", "Quota Violation"), "provider_unavailable"],
    [said(429), "provider_unavailable"],
    [{ state: "answered", status: 200, body: { ResponseCode: "1" } }, "provider_refused"],
    [{ state: "not_asked", failure: "provider_unavailable", providerCode: "x" }, "provider_unavailable"],
  ] as const)("[PROVIDER-03] %j is refused: %s", ([answer, failure]) => {
    expect(readRefusal(answer)).toMatchObject({ state: "refused", failure });
  });
  test.for([
    said(500, "500.003.1001", "Internal Server Error"),
    said(500, "500.001.1001", "Internal Server Error"),
    said(503),
    { state: "lost", providerCode: "timed_out" } as const,
  ])("[PROVIDER-03] %j is unknown: it may have been asked", (answer) => {
    expect(readRefusal(answer)).toMatchObject({ state: "unknown" });
  });
});

describe("a callback", () => {
  const stk = (fields: object) => JSON.stringify({ Body: { stkCallback: fields } });
  const ITEMS = [
    { Name: "Amount", Value: 1500.0 },
    { Name: "MpesaReceiptNumber", Value: "TKL7RT61SV" },
    { Name: "Balance" },
    { Name: "PhoneNumber", Value: 254_712_345_678 },
  ];
  const paid = (items: unknown) =>
    stk({ CheckoutRequestID: "ws_CO_1", ResultCode: 0, CallbackMetadata: { Item: items }, Another: [] });
  const news = (text: string) => {
    const read = readDarajaCallback(text);
    return read.ok ? read.value.news : read.error;
  };

  test("is read whatever the order of its items, and numbers may be texts", () => {
    const expected = {
      providerId: "ws_CO_1",
      outcome: "succeeded",
      failure: null,
      amount: 1_500_00,
      currency: "KES",
      receiptNumber: "TKL7RT61SV",
      providerCode: "0",
    };
    expect(news(paid(ITEMS))).toEqual(expected);
    expect(news(paid(ITEMS.toReversed()))).toEqual(expected);
    expect(news(paid([{ Name: "Amount", Value: "1500.00" }, ITEMS[1]]))).toEqual(expected);
    expect(news(paid([null, "x", { Value: 1 }, ...ITEMS]))).toEqual(expected);
  });

  test("says nothing of what it does not hold", () => {
    const nothing = { outcome: "succeeded", amount: null, currency: null, receiptNumber: null };
    expect(news(paid([]))).toMatchObject(nothing);
    expect(news(stk({ CheckoutRequestID: "ws_CO_1", ResultCode: "0" }))).toMatchObject(nothing);
    expect(news(paid([{ Name: "Amount", Value: "much" }]))).toMatchObject(nothing);
    expect(news(paid([{ Name: "Amount", Value: -5 }]))).toMatchObject(nothing);
  });

  test.for([
    "",
    "[]",
    "null",
    "<html>",
    "{}",
    '{"Body":{}}',
    stk({ ResultCode: 0 }),
    stk({ CheckoutRequestID: "ws_CO_1" }),
    stk({ CheckoutRequestID: {}, ResultCode: 0 }),
    '{"Result":{"ResultCode":0}}',
  ])("is malformed: %s", (text) => {
    expect(readDarajaCallback(text)).toEqual(err("malformed"));
  });

  test("is ignored while nothing is decided", () => {
    expect(news(stk({ CheckoutRequestID: "ws_CO_1", ResultCode: 4999 }))).toBe("ignored");
  });
});

describe("access tokens", () => {
  const NOW = Date.UTC(2026, 10, 21);
  const MINUTE_MS = 60_000;
  const token = (value: string, minutes: number) => ok({ value, expiresAt: NOW + minutes * MINUTE_MS });

  test("[PROVIDER-04] are kept until a minute before their end", async () => {
    const tokens = createAccessTokens<string>(MINUTE_MS);
    const get = (now: number, value: string) => tokens.get("key", now, async () => token(value, 60));
    expect(await get(NOW, "first")).toEqual(token("first", 60));
    expect(await get(NOW + 59 * MINUTE_MS - 1, "second")).toEqual(token("first", 60));
    expect(await get(NOW + 59 * MINUTE_MS, "third")).toEqual(token("third", 60));
    expect(await tokens.get("other", NOW, async () => token("another", 60))).toEqual(token("another", 60));
  });

  test("[PROVIDER-04] are fetched once for everybody who needs one now", async () => {
    const tokens = createAccessTokens<string>(MINUTE_MS);
    let fetches = 0;
    const fetchToken = async () => {
      fetches++;
      await Promise.resolve();
      return token("shared", 60);
    };
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.get("key", NOW, fetchToken)));
    expect(new Set(all.map((each) => each.ok && each.value.value))).toEqual(new Set(["shared"]));
    expect(fetches).toBe(1);
  });

  test("are not waited for when whoever fetched one is gone", async () => {
    const tokens = createAccessTokens<string>(1);
    void tokens.get("key", NOW, () => new Promise(() => undefined));
    expect(await tokens.get("key", NOW, async () => token("own", 60))).toEqual(token("own", 60));
  });

  test("that were refused are forgotten, and a newer one is not", async () => {
    const tokens = createAccessTokens<string>(MINUTE_MS);
    const first = await tokens.get("key", NOW, async () => token("first", 60));
    const old = first.ok ? first.value : expect.unreachable();
    tokens.forget("key", old);
    await tokens.get("key", NOW, async () => token("second", 60));
    tokens.forget("key", old);
    expect(await tokens.get("key", NOW, async () => err("none"))).toEqual(token("second", 60));
  });

  test("that could not be had are asked for again", async () => {
    const tokens = createAccessTokens<string>(MINUTE_MS);
    expect(await tokens.get("key", NOW, async () => err("down"))).toEqual(err("down"));
    expect(await tokens.get("key", NOW, async () => token("up", 60))).toEqual(token("up", 60));
  });
});
