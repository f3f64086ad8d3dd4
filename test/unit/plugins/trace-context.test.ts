import { describe, expect, it } from "vitest";
import { continueTrace } from "../../../src/plugins/dispatch/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const FORM = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

describe("traceparent", () => {
  it("[DISPATCH-01] keeps the caller's trace and flags, with a span of our own", () => {
    const passed = continueTrace(`00-${TRACE}-00f067aa0ba902b7-00`);
    expect(passed).toMatch(FORM);
    expect(passed.startsWith(`00-${TRACE}-`)).toBe(true);
    expect(passed).not.toContain("00f067aa0ba902b7");
    expect(passed.endsWith("-00")).toBe(true);
  });

  it.each([
    null,
    "",
    "junk",
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `ff-${TRACE}-00f067aa0ba902b7-01`,
  ])("starts a new trace for %j", (incoming) => {
    const passed = continueTrace(incoming);
    expect(passed).toMatch(FORM);
    expect(passed).not.toContain(TRACE);
    expect(passed).not.toContain("0".repeat(32));
  });
});
