import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { takeFromBudget } from "../../src/tenancy/budgets/index.ts";

const NOW = Date.UTC(2026, 4, 10, 9, 30, 0, 250);
const SECOND_MS = 1_000;

const take = (name: string, limitPerMinute: number, now = NOW) =>
  takeFromBudget({ namespace: env.BUDGETS, name, limitPerMinute, now });

/** The rows that a budget keeps; its table is made by the first call. */
const rowsOf = (name: string) =>
  runInDurableObject(env.BUDGETS.getByName(name), (_, { storage }) =>
    storage.sql.exec("SELECT second, calls FROM taken ORDER BY second").toArray(),
  );

describe("a budget", () => {
  it("counts down and then says when to come back", async () => {
    expect(await take("count", 3)).toEqual({ allowed: true, remaining: 2 });
    expect(await take("count", 3)).toEqual({ allowed: true, remaining: 1 });
    expect(await take("count", 3)).toEqual({ allowed: true, remaining: 0 });
    expect(await take("count", 3)).toEqual({ allowed: false, retryAfterSeconds: 60 });
    expect(await take("count", 3, NOW + 42 * SECOND_MS)).toEqual({ allowed: false, retryAfterSeconds: 18 });
  });

  it("is free again exactly when it said, and not a second before", async () => {
    await take("window", 1);
    expect(await take("window", 1, NOW + 59 * SECOND_MS)).toEqual({ allowed: false, retryAfterSeconds: 1 });
    expect(await take("window", 1, NOW + 60 * SECOND_MS)).toEqual({ allowed: true, remaining: 0 });
  });

  it("slides: a call leaves the window by itself, not with its whole minute", async () => {
    await take("slide", 2);
    await take("slide", 2, NOW + 30 * SECOND_MS);
    expect(await take("slide", 2, NOW + 45 * SECOND_MS)).toEqual({ allowed: false, retryAfterSeconds: 15 });
    expect(await take("slide", 2, NOW + 60 * SECOND_MS)).toEqual({ allowed: true, remaining: 0 });
    expect(await take("slide", 2, NOW + 61 * SECOND_MS)).toEqual({ allowed: false, retryAfterSeconds: 29 });
  });

  it("does not count refused calls", async () => {
    await take("refused", 1);
    for (let second = 1; second < 60; second++) {
      expect((await take("refused", 1, NOW + second * SECOND_MS)).allowed).toBe(false);
    }
    expect((await take("refused", 1, NOW + 60 * SECOND_MS)).allowed).toBe(true);
  });

  it("[GATE-04] gives exactly as many as there are to calls side by side", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => take("parallel", 25)));
    const remaining = answers.flatMap((answer) => (answer.allowed ? [answer.remaining] : []));
    expect(remaining.toSorted((a, b) => b - a)).toEqual(Array.from({ length: 25 }, (_, index) => 24 - index));
  });

  it("counts each name by itself", async () => {
    await take("one", 1);
    expect(await take("other", 1)).toEqual({ allowed: true, remaining: 0 });
  });

  it("follows a limit that is lowered, raised or nought", async () => {
    await Promise.all(Array.from({ length: 5 }, () => take("limit", 10)));
    expect(await take("limit", 2)).toEqual({ allowed: false, retryAfterSeconds: 60 });
    expect(await take("limit", 6)).toEqual({ allowed: true, remaining: 0 });
    expect(await take("nought", 0)).toEqual({ allowed: false, retryAfterSeconds: 60 });
  });

  it("counts calls of a clock that runs behind together with those ahead of it", async () => {
    await take("skew", 2);
    await take("skew", 2, NOW - 5 * SECOND_MS);
    expect((await take("skew", 2, NOW - 5 * SECOND_MS)).allowed).toBe(false);
    expect((await take("skew", 2, NOW)).allowed).toBe(false);
  });
});

describe("what a budget keeps", () => {
  it("survives eviction", async () => {
    await take("evicted", 2);
    await take("evicted", 2);
    await evictDurableObject(env.BUDGETS.getByName("evicted"));
    expect((await take("evicted", 2)).allowed).toBe(false);
  });

  it("is one row a second, and none that has left the window", async () => {
    for (let second = 0; second < 200; second++) {
      await take("rows", 1_000, NOW + second * SECOND_MS);
      await take("rows", 1_000, NOW + second * SECOND_MS);
    }
    const rows = await rowsOf("rows");
    expect(rows).toHaveLength(60);
    expect(rows.at(-1)).toEqual({ second: Math.floor(NOW / SECOND_MS) + 199, calls: 2 });
  });

  it("is gone when its alarm rings, which is two idle minutes later; the next call starts afresh", async () => {
    const stub = env.BUDGETS.getByName("idle");
    const before = Date.now();
    await take("idle", 1);
    const alarmAt = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(alarmAt).toBeGreaterThanOrEqual(before + 120_000);
    expect(alarmAt).toBeLessThanOrEqual(Date.now() + 180_000);

    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const left = await runInDurableObject(stub, async (_, { storage }) => ({
      tables: storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'taken'").toArray(),
      alarm: await storage.getAlarm(),
    }));
    expect(left).toEqual({ tables: [], alarm: null });

    expect(await take("idle", 1)).toEqual({ allowed: true, remaining: 0 });
    expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).not.toBeNull();
  });
});
