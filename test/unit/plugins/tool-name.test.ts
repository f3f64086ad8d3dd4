import { describe, expect, it } from "vitest";
import { toModelName } from "../../../src/plugins/catalog/tool-name.ts";

describe("the name that a model sees", () => {
  it("joins slug and tool by two underscores", () => {
    expect(toModelName("SUPPORT_DESK", "create_support_ticket")).toBe("SUPPORT_DESK__create_support_ticket");
  });

  it("[CATALOG-01] is at most 64 characters of the allowed alphabet, whatever the tool is called", () => {
    for (const tool of ["a.b.c", "x".repeat(64), "weird.name-with_all", `${"long.".repeat(12)}end`]) {
      expect(toModelName("A_RATHER_LONG_SLUG_FOR_A_PLUGIN", tool)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    }
  });

  it("[CATALOG-01] keeps names apart that cleaning or cutting would make equal", () => {
    const names = [
      "a.b",
      "a_b",
      "a-b",
      "x".repeat(63),
      "x".repeat(64),
      `${"x".repeat(60)}.y`,
      `${"x".repeat(60)}.z`,
    ].map((tool) => toModelName("SLUG", tool));
    expect(new Set(names).size).toBe(names.length);
  });

  it("[CATALOG-01] is stable", () => {
    expect(toModelName("SLUG", "a.b")).toBe("SLUG__a_b_1a731693");
  });
});
