import { expect, it } from "vitest";
import { toResultText } from "../../../src/agent/gateway/tool-result.ts";

const LIMIT_BYTES = 16 * 1024;

it("gives a model the result as it is, as long as it is short", () => {
  const ok = (result: unknown) => toResultText({ status: "ok", result });
  expect(ok({ ticketId: "SUP-1" })).toBe('{"ticketId":"SUP-1"}');
  expect(ok("Habari!")).toBe("Habari!");
  expect(ok(null)).toBe("null");
});

it("cuts a long result within whole characters and says so", () => {
  const text = toResultText({ status: "ok", result: "€".repeat(20_000) });
  expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(LIMIT_BYTES);
  expect(text).toMatch(/^€+\n\[cut: the first part of 60000 bytes\]$/);
});

it("tells a refusal with its hint and a way on", () => {
  const text = toResultText({
    status: "refused",
    error: { code: "rate_limited", message: "Too often.", hint: "Try again in 5 seconds." },
  });
  expect(JSON.parse(text)).toEqual({
    error: "rate_limited",
    message: expect.stringMatching(/^Too often\. \(Try again in 5 seconds\.\)\nFallback suggestions: /),
  });
});
