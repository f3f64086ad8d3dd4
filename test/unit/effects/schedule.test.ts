/** When a scheduled message goes out: clocks, zones, recurrence. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Recurrence, SendAt } from "../../../src/contract/schedule.ts";
import { toInstant, toWallClock } from "../../../src/effects/schedule/local-time.ts";
import { planTiming } from "../../../src/effects/schedule/plan-timing.ts";
import { instantOfStep } from "../../../src/effects/schedule/recurrence.ts";
import { isTimeZone } from "../../../src/kernel/time-zone.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");

function plan(sendAt: SendAt, recurrence: Recurrence | null = null) {
  const planned = planTiming({ sendAt, recurrence }, NOW);
  return planned.ok ? planned.value : planned.error.map(({ pointer, code }) => `${pointer} ${code}`);
}

function timesOf(sendAt: SendAt, recurrence: Recurrence): string[] {
  const planned = planTiming({ sendAt, recurrence }, NOW);
  if (!planned.ok) {
    throw new Error(JSON.stringify(planned.error));
  }
  const { timing, steps } = planned.value;
  return Array.from({ length: steps }, (_, step) => new Date(instantOfStep(timing, step)).toISOString());
}

const at = (localTime: string, timeZone: string, whenTwice?: "earlier" | "later"): SendAt => ({
  localTime,
  timeZone,
  ...(whenTwice !== undefined && { whenTwice }),
});

describe("a local time", () => {
  it.each<[SendAt, string]>([
    [at("2026-12-01T09:00", "Africa/Nairobi"), "2026-12-01T06:00:00.000Z"],
    [at("2026-12-01T09:00", "America/New_York"), "2026-12-01T14:00:00.000Z"],
    [at("2027-07-01T09:00:30", "Europe/Berlin"), "2027-07-01T07:00:30.000Z"],
    [at("2027-01-01T00:00", "Pacific/Apia"), "2026-12-31T11:00:00.000Z"],
    [at("2027-01-01T00:00", "Asia/Kathmandu"), "2026-12-31T18:15:00.000Z"],
    ["2026-12-01T09:00:00+03:00", "2026-12-01T06:00:00.000Z"],
    ["2026-12-01T09:00:00.500Z", "2026-12-01T09:00:01.000Z"],
  ])("[SCHEDULE-01] %j is %s", (sendAt, expected) => {
    const planned = plan(sendAt);
    expect("firstAt" in planned && new Date(planned.firstAt).toISOString()).toBe(expected);
  });

  it.each<[SendAt, string, string]>([
    ["2026-12-01T09:00", "Africa/Nairobi", "2026-12-01T06:00:00.000Z"],
    ["2026-12-01T09:00:00Z", "Africa/Nairobi", "2026-12-01T09:00:00.000Z"],
    ["2027-10-31T00:30:00Z", "Europe/Berlin", "2027-10-31T00:30:00.000Z"],
    ["2027-10-31T01:30:00Z", "Europe/Berlin", "2027-10-31T01:30:00.000Z"],
  ])("[SCHEDULE-01] %j with the zone %s beside it is %s", (sendAt, timeZone, expected) => {
    const planned = planTiming({ sendAt, timeZone, recurrence: null }, NOW);
    expect(planned.ok && new Date(planned.value.firstAt).toISOString()).toBe(expected);
    expect(planned.ok && [planned.value.isLocal, planned.value.timing.timeZone]).toEqual([true, timeZone]);
  });

  it("[SCHEDULE-01] is the clock by which an instant recurs", () => {
    const asked = { sendAt: "2027-03-27T08:00:00Z", recurrence: { every: "day", count: 2 } } as const;
    const second = (timeZone?: string) => {
      const planned = planTiming({ ...asked, timeZone }, NOW);
      return planned.ok && new Date(instantOfStep(planned.value.timing, 1)).toISOString();
    };
    expect([second("Europe/Berlin"), second()]).toEqual([
      "2027-03-28T07:00:00.000Z",
      "2027-03-28T08:00:00.000Z",
    ]);
  });

  it.each<[SendAt, string | undefined, string]>([
    ["2026-12-01T09:00", undefined, "/sendAt without_zone"],
    ["2026-12-01T09:00", "Nowhere", "/timeZone unknown_time_zone"],
    ["2026-12-01T09:00:00Z", "Nowhere", "/timeZone unknown_time_zone"],
    ["2027-02-30T09:00", "Africa/Nairobi", "/sendAt no_such_day"],
    ["2027-03-28T02:30", "Europe/Berlin", "/sendAt no_such_time"],
    [at("2026-12-01T09:00", "Africa/Nairobi"), "Africa/Nairobi", "/timeZone two_zones"],
  ])("[SCHEDULE-02] %j with the zone %s is refused: %s", (sendAt, timeZone, expected) => {
    const planned = planTiming({ sendAt, timeZone, recurrence: null }, NOW);
    expect(planned.ok ? [] : planned.error.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      expected,
    ]);
  });

  it("[SCHEDULE-01] is refused in the hour that is skipped, with what to use in its place", () => {
    const planned = planTiming({ sendAt: at("2027-03-28T02:30", "Europe/Berlin"), recurrence: null }, NOW);
    expect(planned).toMatchObject({
      ok: false,
      error: [{ pointer: "/sendAt/localTime", code: "no_such_time" }],
    });
    expect(JSON.stringify(planned)).toContain("2027-03-28T03:30");
  });

  it("[SCHEDULE-01] is the earlier of two unless told", () => {
    const twice = (whenTwice?: "earlier" | "later") => {
      const planned = plan(at("2027-10-31T02:30", "Europe/Berlin", whenTwice));
      return "firstAt" in planned ? new Date(planned.firstAt).toISOString() : planned;
    };
    expect([twice(), twice("earlier"), twice("later")]).toEqual([
      "2027-10-31T00:30:00.000Z",
      "2027-10-31T00:30:00.000Z",
      "2027-10-31T01:30:00.000Z",
    ]);
  });

  it("[SCHEDULE-01] shows the same on the clock again, in every zone at every time", () => {
    const zones = fc.constantFrom(
      "Africa/Nairobi",
      "Europe/London",
      "America/Santiago",
      "Australia/Lord_Howe",
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 3 * 366 * 24 * 3_600 }), (zone, seconds) => {
        const instant = NOW + seconds * 1_000;
        const wallClock = toWallClock(instant, zone);
        const found = [toInstant(wallClock, zone, "earlier"), toInstant(wallClock, zone, "later")];
        expect(found).toContain(instant);
      }),
    );
  });
});

describe("what cannot be scheduled", () => {
  it.each<[string, SendAt, Recurrence | null, string[]]>([
    ["the past", "2026-11-21T05:59:59Z", null, ["/sendAt in_the_past"]],
    ["now", "2026-11-21T06:00:00Z", null, ["/sendAt in_the_past"]],
    ["the far future", "2028-11-23T00:00:00Z", null, ["/sendAt too_far_ahead"]],
    [
      "an unknown zone",
      at("2026-12-01T09:00", "Africa/Atlantis"),
      null,
      ["/sendAt/timeZone unknown_time_zone"],
    ],
    ["an offset for a zone", at("2026-12-01T09:00", "+03:00"), null, ["/sendAt/timeZone unknown_time_zone"]],
    [
      "several at once",
      at("2027-02-30T25:00", "Nowhere"),
      { every: "day" },
      ["/sendAt/localTime no_such_day", "/sendAt/timeZone unknown_time_zone", "/recurrence without_end"],
    ],
    ["no end", "2026-12-01T09:00:00Z", { every: "day" }, ["/recurrence without_end"]],
    [
      "two ends",
      "2026-12-01T09:00:00Z",
      { every: "day", count: 2, until: "2026-12-09T00:00:00Z" },
      ["/recurrence/count two_ends"],
    ],
    ["too many", "2026-12-01T09:00:00Z", { every: "day", count: 401 }, ["/recurrence/count too_many"]],
    [
      "too many until then",
      "2026-12-01T09:00:00Z",
      { every: "day", until: "2028-06-01T00:00:00Z" },
      ["/recurrence/until too_many"],
    ],
    [
      "too long a row",
      "2026-12-01T09:00:00Z",
      { every: "month", count: 30 },
      ["/recurrence/count too_far_ahead"],
    ],
    [
      "an end before the start",
      "2026-12-01T09:00:00Z",
      { every: "week", until: "2026-11-30T00:00:00Z" },
      ["/recurrence/until before_start"],
    ],
  ])("[SCHEDULE-02] %s", (_, sendAt, recurrence, expected) => {
    expect(plan(sendAt, recurrence)).toEqual(expected);
  });

  it("[SCHEDULE-02] knows zones by name only", () => {
    expect(["UTC", "Africa/Nairobi", "America/Argentina/Ushuaia", "Etc/GMT+3"].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["", "+03:00", "Mars/Olympus", "../etc", "Africa/Nairobi "].map(isTimeZone)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("a recurrence", () => {
  it("[SCHEDULE-03] keeps its time of day when the clocks change", () => {
    expect(timesOf(at("2027-03-27T09:00", "Europe/Berlin"), { every: "day", count: 3 })).toEqual([
      "2027-03-27T08:00:00.000Z",
      "2027-03-28T07:00:00.000Z",
      "2027-03-29T07:00:00.000Z",
    ]);
  });

  it("[SCHEDULE-03] goes out later where its time is skipped, and the day after as before", () => {
    expect(timesOf(at("2027-03-27T02:30", "Europe/Berlin"), { every: "day", count: 3 })).toEqual([
      "2027-03-27T01:30:00.000Z",
      "2027-03-28T01:30:00.000Z",
      "2027-03-29T00:30:00.000Z",
    ]);
  });

  it("[SCHEDULE-03] comes back to the 31st after a shorter month, and counts its end in", () => {
    expect(
      timesOf(at("2027-01-31T09:00", "Africa/Nairobi"), { every: "month", until: "2027-04-30T06:00:00Z" }),
    ).toEqual([
      "2027-01-31T06:00:00.000Z",
      "2027-02-28T06:00:00.000Z",
      "2027-03-31T06:00:00.000Z",
      "2027-04-30T06:00:00.000Z",
    ]);
  });

  it("[SCHEDULE-03] takes every second week", () => {
    expect(timesOf("2026-12-01T09:00:00Z", { every: "week", interval: 2, count: 3 })).toEqual([
      "2026-12-01T09:00:00.000Z",
      "2026-12-15T09:00:00.000Z",
      "2026-12-29T09:00:00.000Z",
    ]);
  });
});
