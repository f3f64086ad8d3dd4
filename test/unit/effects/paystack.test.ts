/** What Paystack's amounts and states come to, and which events are believed. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkPaystackCharge } from "../../../src/effects/payments/paystack/check-charge.ts";
import type { PaystackAnswer } from "../../../src/effects/payments/paystack/paystack.adapter.ts";
import { readPaystackEvent } from "../../../src/effects/payments/paystack/read-event.ts";
import { readRefusal } from "../../../src/effects/payments/paystack/read-refusal.ts";
import {
  explainGatewayResponse,
  explainRefundState,
  explainTransactionState,
} from "../../../src/effects/payments/paystack/transaction-states.ts";
import { err } from "../../../src/kernel/result.ts";
import { PAYMENT_CREDENTIALS } from "../../support/payment-stand-in.ts";

const CREDENTIALS = PAYMENT_CREDENTIALS.paystack;

test.for([
  [50_00, "NGN", []],
  [49_99, "NGN", ["/amount amount_out_of_range"]],
  [10, "GHS", []],
  [9, "GHS", ["/amount amount_out_of_range"]],
  [3_00, "KES", []],
  [2_99, "KES", ["/amount amount_out_of_range"]],
  [2_00, "USD", []],
  [1, "XOF", []], // whole francs
  [10_000_000, "XOF", []],
  [10_000_001, "XOF", ["/amount amount_out_of_range"]],
  [10_000_000_00, "NGN", []],
  [10_000_000_01, "NGN", ["/amount amount_out_of_range"]],
  [1_000, "EUR", ["/currency currency_not_supported"]],
] as const)("[PROVIDER-02] %i %s: %j", ([amount, currency, expected]) => {
  const issues = checkPaystackCharge({ amount, currency });
  expect(issues.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(expected);
});

test.for([
  ["success", true, { outcome: "succeeded", failure: null }],
  ["failed", true, { outcome: "failed", failure: "declined" }],
  ["reversed", true, { outcome: "failed", failure: "declined" }],
  ["abandoned", true, "pending"],
  ["abandoned", false, { outcome: "expired", failure: "expired" }],
  ["ongoing", false, "pending"],
  ["pending", false, "pending"],
  ["processing", false, "pending"],
  ["queued", false, "pending"],
  ["something new", true, null],
] as const)("a transaction that is %s (link alive: %s) is %j", ([state, isLinkAlive, expected]) => {
  expect(explainTransactionState(state, { gatewayResponse: "Declined", isLinkAlive })).toEqual(expected);
});

test.for([
  ["Insufficient Funds", "failed", "insufficient_funds"],
  ["The transaction was cancelled by the customer", "cancelled", "cancelled_by_payer"],
  ["Incorrect PIN", "failed", "wrong_pin"],
  ["Exceeds withdrawal limit", "failed", "limit_exceeded"],
  ["Oooops, your payment has exceeded the time to pay.", "expired", "expired"],
  ["Issuer or switch inoperative", "failed", "provider_unavailable"],
  ["Declined", "failed", "declined"],
  ["", "failed", "declined"],
] as const)("the bank's sentence '%s' means %s, %s", ([sentence, outcome, failure]) => {
  expect(explainGatewayResponse(sentence)).toEqual({ outcome, failure });
});

test("a refund that needs attention is not decided", () => {
  expect(explainRefundState("processed")).toMatchObject({ outcome: "succeeded" });
  expect(explainRefundState("failed")).toMatchObject({ outcome: "failed" });
  expect(["pending", "processing", "needs-attention"].map(explainRefundState)).toEqual(
    Array.from({ length: 3 }, () => "pending"),
  );
  expect(explainRefundState("lost")).toBeNull();
});

describe("an answer without success", () => {
  const said = (status: number, message: string, code?: string): PaystackAnswer => ({
    state: "answered",
    status,
    body: { status: false, message, ...(code && { code }) },
  });
  test.for([
    [said(401, "Invalid key", "invalid_Key"), "provider_refused", "invalid_Key"],
    [said(400, "Invalid Amount Sent"), "provider_refused", "Invalid Amount Sent"],
    [said(400, "Transaction amount limit exceeded"), "limit_exceeded", "Transaction amount limit exceeded"],
    [said(429, "Please wait a few minutes and try again."), "provider_unavailable", expect.any(String)],
    [
      said(400, "Insufficient balance to fulfill this refund. Please top up."),
      "insufficient_funds",
      expect.any(String),
    ],
    [{ state: "not_asked", providerCode: "url_refused" }, "provider_refused", "url_refused"],
  ] as const)("[PROVIDER-03] %j is refused: %s", ([answer, failure, providerCode]) => {
    expect(readRefusal(answer)).toEqual({ state: "refused", failure, providerCode });
  });
  test.for([
    said(400, "Duplicate Transaction Reference", "duplicate_reference"),
    said(400, "Duplicate Transaction Reference"),
    said(500, "An error occurred"),
    said(200, "Odd"),
    { state: "lost", providerCode: "http_502" } as const,
  ])("[PROVIDER-03] %j is unknown: it may have been asked", (answer) => {
    expect(readRefusal(answer)).toMatchObject({ state: "unknown" });
  });
});

describe("an event", () => {
  const sign = (body: string, secret: string = CREDENTIALS.secretKey) =>
    createHmac("sha512", secret).update(body).digest("hex");
  const read = (body: string, signature: string | null = sign(body)) =>
    readPaystackEvent(
      {
        headers: new Headers(signature === null ? {} : { "x-paystack-signature": signature }),
        body: new TextEncoder().encode(body) as Uint8Array<ArrayBuffer>,
      },
      CREDENTIALS,
    );
  const event = (name: string, data: object) => JSON.stringify({ event: name, data });
  const CHARGE = {
    id: 302_961,
    reference: "ABC123DEF456",
    amount: 150_000,
    currency: "KES",
    receipt_number: "TKL7RT61SV",
    gateway_response: "Successful",
  };

  test("[PROVIDER-05] is read when the secret key signed its bytes", async () => {
    expect(await read(event("charge.success", CHARGE))).toEqual({
      ok: true,
      value: {
        subject: "payment",
        reference: "ABC123DEF456",
        news: {
          providerId: "ABC123DEF456",
          outcome: "succeeded",
          failure: null,
          amount: 1_500_00,
          currency: "KES",
          receiptNumber: "TKL7RT61SV",
          providerCode: "Successful",
        },
      },
    });
  });

  test("[PROVIDER-05] is forged with another signature, another body or none", async () => {
    const body = event("charge.success", CHARGE);
    const forged = err("forged");
    expect(await read(body, null)).toEqual(forged);
    expect(await read(body, "")).toEqual(forged);
    expect(await read(body, "not hexadecimal")).toEqual(forged);
    expect(await read(body, sign(body).slice(0, 64))).toEqual(forged);
    expect(await read(body, sign(body, "sk_test_somebody_elses"))).toEqual(forged);
    expect(await read(body.replace("150000", "1500"), sign(body))).toEqual(forged);
    expect(await read(`${body} `, sign(body))).toEqual(forged);
  });

  test("of a failed charge says why", async () => {
    const body = event("charge.failed", { ...CHARGE, gateway_response: "Insufficient Funds" });
    expect(await read(body)).toMatchObject({
      ok: true,
      value: { news: { outcome: "failed", failure: "insufficient_funds" } },
    });
  });

  test("of a refund names the payment, and the refund where it can", async () => {
    const data = {
      transaction_reference: "ABC123DEF456",
      amount: "50000",
      currency: "KES",
      status: "processed",
    };
    expect(await read(event("refund.processed", data))).toMatchObject({
      ok: true,
      value: {
        subject: "refund",
        reference: "ABC123DEF456",
        news: { providerId: null, outcome: "succeeded", amount: 500_00, currency: "KES" },
      },
    });
    expect(await read(event("refund.failed", { ...data, id: 3_018_284 }))).toMatchObject({
      value: { news: { providerId: "3018284", outcome: "failed" } },
    });
  });

  test("of an amount in francs counts whole ones", async () => {
    const body = event("charge.success", { ...CHARGE, amount: 50_000, currency: "XOF" });
    expect(await read(body)).toMatchObject({ value: { news: { amount: 500, currency: "XOF" } } });
  });

  test.for([
    "transfer.success",
    "refund.pending",
    "refund.processing",
    "refund.needs-attention",
    "charge.dispute.create",
  ])("that decides nothing is ignored: %s", async (name) => {
    expect(await read(event(name, CHARGE))).toEqual(err("ignored"));
  });

  test.for([
    "",
    "[]",
    "{}",
    '{"event":"charge.success"}',
    event("charge.success", {}),
    event("refund.failed", {}),
  ])("without its parts is malformed: %s", async (body) => {
    expect(await read(body)).toEqual(err("malformed"));
  });
});
