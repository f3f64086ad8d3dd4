/** Rules of payments that need neither database nor provider. */
import { describe, expect, test } from "vitest";
import { judgeNews } from "../../../src/effects/payments/judge-news.ts";
import { followUpDelay, nextCheckDelay } from "../../../src/effects/payments/limits.ts";
import { maskPhone } from "../../../src/effects/payments/mask-phone.ts";
import type { ProviderNews } from "../../../src/effects/payments/provider.ts";
import { callbacksOf, newsAt, scenarioOf } from "../../../src/effects/payments/sandbox/scenarios.ts";

const ASKED = { amount: 125_000, currency: "KES", reference: "AB12", providerId: "ws_1" };
const PAID: ProviderNews = {
  providerId: "ws_1",
  outcome: "succeeded",
  failure: null,
  amount: 125_000,
  currency: "KES",
  receiptNumber: "R1",
  providerCode: "0",
};

describe("[PAYMENT-05] what fits is believed", () => {
  test.for<[string, Partial<ProviderNews>, string | null, string | null]>([
    ["the same", {}, "AB12", null],
    ["no reference, amount or currency told", { amount: null, currency: null }, null, null],
    ["an id where we have none to compare", { providerId: null }, "AB12", null],
    ["one less", { amount: 124_999 }, "AB12", "amount_differs"],
    ["nothing", { amount: 0 }, "AB12", "amount_differs"],
    ["another currency", { currency: "TZS" }, "AB12", "currency_differs"],
    ["another reference", {}, "AB13", "reference_differs"],
    ["another charge", { providerId: "ws_2" }, "AB12", "provider_id_differs"],
    ["a failure of another charge", { providerId: "ws_2", outcome: "failed" }, null, "provider_id_differs"],
    ["a failure, whatever amount it names", { outcome: "failed", amount: 0 }, null, null],
  ])("%s", ([, changes, reference, doubt]) => {
    expect(judgeNews(ASKED, { ...PAID, ...changes }, reference)).toBe(doubt);
  });

  test("the id is not compared before there is an answer", () => {
    expect(judgeNews({ ...ASKED, providerId: null }, PAID, null)).toBeNull();
  });
});

test("[PAYMENT-06] asked after 30 s, 1, 2, 5, 15, 30 minutes, hourly, after a day six-hourly, after thirty never", () => {
  const DAY_MS = 24 * 60 * 60_000;
  const minutes = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((checks) => (nextCheckDelay(checks, 0) ?? 0) / 60_000);
  expect(minutes).toEqual([0.5, 1, 2, 5, 15, 30, 60, 60, 60]);
  expect(nextCheckDelay(0, DAY_MS)).toBe(6 * 60 * 60_000);
  expect(nextCheckDelay(0, 30 * DAY_MS)).toBeNull();
});

test("[PAYMENT-07] what follows is tried again more and more seldom", () => {
  const delays = [0, 1, 2, 3, 4, 5, 50].map(followUpDelay);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(delays.at(-1)).toBe(60 * 60_000);
});

describe("[PAYMENT-16] the sandbox's table of amounts", () => {
  test("every amount that is not in it is paid at once, by one callback", () => {
    for (const amount of [1, 99, 100_000, 125_000, 999_900, 10_000_000_000]) {
      const scenario = scenarioOf("payment", amount);
      expect(scenario.answer).toBe("accepted");
      expect(callbacksOf(scenario)).toMatchObject([{ outcome: "succeeded", afterMs: 0, amountOff: 0 }]);
    }
  });

  test("cents do not count", () => {
    expect(scenarioOf("payment", 100_100)).toBe(scenarioOf("payment", 100_199));
  });

  test("what is true changes with time", () => {
    const late = scenarioOf("payment", 101_600);
    expect([0, 89_999, 90_000, 179_999, 180_000].map((age) => newsAt(late, age)?.outcome)).toEqual([
      undefined,
      undefined,
      "expired",
      "expired",
      "succeeded",
    ]);
  });

  test("a refund goes by its own amount", () => {
    expect(callbacksOf(scenarioOf("refund", 2_000))).toMatchObject([{ outcome: "failed" }]);
    expect(callbacksOf(scenarioOf("refund", 100))).toMatchObject([{ outcome: "succeeded" }]);
  });
});

test("[PAYMENT-12] of a number, three digits are shown", () => {
  expect(maskPhone("+254712345678")).toBe("•••• 678");
});
