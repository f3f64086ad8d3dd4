import { describe, expect, it } from "vitest";
import { createBreaker } from "../../../src/plugins/dispatch/breaker.ts";
import { BREAKER_COOL_DOWN_MS, BREAKER_FAILURES } from "../../../src/plugins/dispatch/limits.ts";

function failed(times: number) {
  const breaker = createBreaker();
  for (let count = 0; count < times; count++) {
    breaker.report("ins_1", false, 0);
  }
  return breaker;
}

describe("the breaker", () => {
  it("[DISPATCH-07] stays closed below the limit and opens at it, for that installation only", () => {
    expect(failed(BREAKER_FAILURES - 1).permits("ins_1", 1)).toBe(true);
    const breaker = failed(BREAKER_FAILURES);
    expect(breaker.permits("ins_1", 1)).toBe(false);
    expect(breaker.permits("ins_2", 1)).toBe(true);
  });

  it("[DISPATCH-07] lets one call look after the cool-down, and the rest wait", () => {
    const breaker = failed(BREAKER_FAILURES);
    expect(breaker.permits("ins_1", BREAKER_COOL_DOWN_MS)).toBe(true);
    expect(breaker.permits("ins_1", BREAKER_COOL_DOWN_MS)).toBe(false);
  });

  it("closes when that call succeeds, and stays open when it fails", () => {
    const healed = failed(BREAKER_FAILURES);
    healed.permits("ins_1", BREAKER_COOL_DOWN_MS);
    healed.report("ins_1", true, BREAKER_COOL_DOWN_MS);
    expect(healed.permits("ins_1", BREAKER_COOL_DOWN_MS)).toBe(true);

    const broken = failed(BREAKER_FAILURES);
    broken.permits("ins_1", BREAKER_COOL_DOWN_MS);
    broken.report("ins_1", false, BREAKER_COOL_DOWN_MS);
    expect(broken.permits("ins_1", 2 * BREAKER_COOL_DOWN_MS - 1)).toBe(false);
  });

  it("forgets failures that a success interrupts", () => {
    const breaker = failed(BREAKER_FAILURES - 1);
    breaker.report("ins_1", true, 0);
    breaker.report("ins_1", false, 0);
    expect(breaker.permits("ins_1", 1)).toBe(true);
  });
});
