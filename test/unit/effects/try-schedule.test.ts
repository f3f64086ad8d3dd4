import { describe, expect, it } from "vitest";
import { TRY_OFFSETS_MS } from "../../../src/effects/events/limits.ts";
import { nextTryAt, readRetryAfter } from "../../../src/effects/events/try-schedule.ts";

const FIRST = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;

function tried(change: Partial<Parameters<typeof nextTryAt>[0]> = {}) {
  return nextTryAt({
    attempts: 1,
    firstAttemptAt: FIRST,
    now: FIRST,
    retryAfterSeconds: null,
    random: 0,
    ...change,
  });
}

describe("the schedule of an event's tries", () => {
  it("[EVENT-01] is 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h from the first, and then over", () => {
    const offsets = TRY_OFFSETS_MS.map((_, index) => tried({ attempts: index + 1 })).map((at) =>
      at === null ? null : (at - FIRST) / MINUTE_MS,
    );
    expect(offsets).toEqual([5 / 60, 5, 30, 120, 300, 600, 840, 1_200, 1_440, null]);
  });

  it("spreads tries by a tenth of their pause", () => {
    expect(tried({ attempts: 2, random: 0.999 })).toBeGreaterThan(FIRST + 5 * MINUTE_MS + 29_000);
    expect(tried({ attempts: 2, random: 0.999 })).toBeLessThan(FIRST + 5.5 * MINUTE_MS);
  });

  it("keeps the pause when a try comes late, as after an outage", () => {
    const now = FIRST + 12 * 60 * MINUTE_MS;
    expect(tried({ attempts: 2, now })).toBe(now + 5 * MINUTE_MS - 5_000);
  });

  it("[EVENT-02] waits as long as the other side asks, a day at most, and never less than the schedule", () => {
    expect(tried({ retryAfterSeconds: 600 })).toBe(FIRST + 10 * MINUTE_MS);
    expect(tried({ retryAfterSeconds: 1 })).toBe(FIRST + 5_000);
    expect(tried({ retryAfterSeconds: 9_999_999 })).toBe(FIRST + 1_440 * MINUTE_MS);
  });
});

describe("Retry-After", () => {
  it("is seconds or a date, and nothing else", () => {
    expect(readRetryAfter("120", FIRST)).toBe(120);
    expect(readRetryAfter(new Date(FIRST + 90_000).toUTCString(), FIRST)).toBe(90);
    expect(readRetryAfter(new Date(FIRST - 90_000).toUTCString(), FIRST)).toBe(0);
    for (const header of [null, "", "soon", "-5", "1e9999"]) {
      expect(readRetryAfter(header, FIRST) ?? 0).toBe(0);
    }
  });
});
