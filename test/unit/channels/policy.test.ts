/** The delivery policy's decision by itself. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DeliveryFacts,
  decideDelivery,
  explainDelivery,
} from "../../../src/channels/policy/decide-delivery.ts";
import { quietUntil } from "../../../src/channels/policy/quiet-hours.ts";
import { timeZonesOf } from "../../../src/channels/policy/time-zones.ts";
import { MESSAGE_KINDS, WHEN_CLOSED } from "../../../src/contract/policy.ts";
import { foldWord } from "../../../src/kernel/fold-word.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** 12:00 in Nairobi. */
const NOON = Date.UTC(2030, 5, 3, 9);
const NIGHT = { from: "21:00", to: "07:00", allowUrgent: true };

const facts = (changed: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  now: NOON,
  kind: "proactive",
  isUrgent: false,
  whenClosed: "block",
  isTemplate: false,
  template: "none",
  mustUseTemplate: false,
  createdAt: NOON,
  expiresAt: NOON + DAY,
  textWindowMs: DAY,
  lastInboundAt: NOON - HOUR,
  optedOutAt: null,
  isGranted: true,
  isDuplicate: false,
  quietHours: NIGHT,
  timeZones: ["Africa/Nairobi"],
  customerCapFreesAt: null,
  pluginCapFreesAt: null,
  ...changed,
});

const decide = (changed: Partial<DeliveryFacts>) => {
  const { decision, reason, until } = decideDelivery(facts(changed));
  return until === null ? `${decision} ${reason}` : `${decision} ${reason} ${new Date(until).toISOString()}`;
};

describe("a decision", () => {
  it.each<[string, Partial<DeliveryFacts>]>([
    ["send allowed", {}],
    ["block opted_out", { optedOutAt: NOON - 1 }],
    ["send allowed", { optedOutAt: NOON - 1, kind: "answer" }],
    ["send allowed", { optedOutAt: NOON - 1, kind: "transactional" }],
    ["block opted_out", { optedOutAt: 1, kind: "transactional", lastInboundAt: 1, textWindowMs: null }],
    ["block outside_window", { lastInboundAt: NOON - DAY - 1 }],
    ["send allowed", { lastInboundAt: NOON - DAY }],
    ["block outside_window", { lastInboundAt: 0, kind: "answer" }],
    ["hold outside_window", { lastInboundAt: 0, whenClosed: "hold" }],
    ["send_template allowed", { lastInboundAt: 0, template: "known" }],
    ["block template_unknown", { lastInboundAt: 0, template: "unknown" }],
    ["send allowed", { lastInboundAt: 0, isTemplate: true }],
    ["send allowed", { lastInboundAt: 0, textWindowMs: null }],
    ["send_template allowed", { mustUseTemplate: true, template: "known" }],
    ["hold quiet_hours 2030-06-03T04:00:00.000Z", { now: NOON - 10 * HOUR, lastInboundAt: NOON - 11 * HOUR }],
    ["send allowed", { now: NOON + 12 * HOUR, isUrgent: true }],
    [
      "hold quiet_hours 2030-06-04T04:00:00.000Z",
      { now: NOON + 12 * HOUR, isUrgent: true, quietHours: { ...NIGHT, allowUrgent: false } },
    ],
    ["send allowed", { now: NOON + 12 * HOUR, kind: "transactional" }],
    ["block duplicate", { isDuplicate: true }],
    ["hold customer_cap 2030-06-03T10:00:00.000Z", { customerCapFreesAt: NOON + HOUR }],
    ["hold plugin_cap 2030-06-04T09:00:00.000Z", { pluginCapFreesAt: NOON + 30 * HOUR }],
    ["block plugin_cap", { pluginCapFreesAt: NOON + HOUR, createdAt: NOON - DAY }],
    ["block expired", { expiresAt: NOON }],
    ["block grant_revoked", { isGranted: false }],
  ])("[POLICY-01] is %s", (expected, changed) => {
    expect(decide(changed)).toBe(expected);
  });

  const anyFacts: fc.Arbitrary<DeliveryFacts> = fc.record({
    now: fc.integer({ min: NOON, max: NOON + 3 * DAY }),
    kind: fc.constantFrom(...MESSAGE_KINDS),
    isUrgent: fc.boolean(),
    whenClosed: fc.constantFrom(...WHEN_CLOSED),
    isTemplate: fc.boolean(),
    template: fc.constantFrom("none", "known", "unknown"),
    mustUseTemplate: fc.boolean(),
    createdAt: fc.integer({ min: NOON - 2 * DAY, max: NOON }),
    expiresAt: fc.integer({ min: NOON - DAY, max: NOON + 7 * DAY }),
    textWindowMs: fc.constantFrom(DAY, null),
    lastInboundAt: fc.oneof(fc.constant(0), fc.integer({ min: NOON - 2 * DAY, max: NOON })),
    optedOutAt: fc.constantFrom(NOON - HOUR, null),
    isGranted: fc.boolean(),
    isDuplicate: fc.boolean(),
    quietHours: fc.constantFrom(NIGHT, { ...NIGHT, allowUrgent: false }, null),
    timeZones: fc.constantFrom(["Africa/Nairobi"], ["America/New_York", "Pacific/Honolulu"]),
    customerCapFreesAt: fc.constantFrom(null, NOON + HOUR),
    pluginCapFreesAt: fc.constantFrom(null, NOON + 2 * DAY),
  });

  it("[POLICY-01] lets nothing proactive through that a rule is against, whatever else holds", () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        const { decision } = decideDelivery(any);
        if (decision === "hold" || decision === "block") {
          return;
        }
        const isClosed = any.textWindowMs !== null && any.now - any.lastInboundAt > DAY;
        expect(any.now).toBeLessThan(any.expiresAt);
        expect(!isClosed || any.isTemplate || decision === "send_template").toBe(true);
        expect(decision === "send_template" ? any.template : "known").toBe("known");
        if (any.kind === "proactive") {
          const hours = any.quietHours;
          const mayDisturb = hours === null || (any.isUrgent && hours.allowUrgent);
          expect(any).toMatchObject({ optedOutAt: null, isDuplicate: false, isGranted: true });
          expect(any).toMatchObject({ customerCapFreesAt: null, pluginCapFreesAt: null });
          expect(mayDisturb || any.timeZones.every((zone) => !isNight(zone, any.now))).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("[POLICY-02] holds until a later time only, and is what its own rules say", () => {
    fc.assert(
      fc.property(anyFacts, (any) => {
        const decision = decideDelivery(any);
        const against = explainDelivery(any).find((rule) => rule.against !== null)?.against;
        expect(decision.reason === "allowed" ? undefined : decision).toEqual(against);
        expect(decision.until ?? any.now + 1).toBeGreaterThan(any.now);
        expect(decision.decision === "hold" || decision.until === null).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** 21:00 to 07:00 by another way than the one under test. */
function isNight(zone: string, at: number): boolean {
  const hour = Number(
    new Date(at).toLocaleString("en-GB", { timeZone: zone, hour: "2-digit", hourCycle: "h23" }).slice(0, 2),
  );
  return hour >= 21 || hour < 7;
}

describe("quiet hours", () => {
  const ZONES = ["Africa/Nairobi", "America/New_York", "Asia/Kathmandu", "Europe/Berlin", "Australia/Sydney"];

  it("[POLICY-03] end at the first moment when it is quiet no more, also when clocks are changed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(2029, 0), max: Date.UTC(2032, 0) }),
        (zone, now) => {
          const until = quietUntil(NIGHT, [zone], now);
          expect(until !== null).toBe(isNight(zone, now));
          if (until !== null) {
            expect([isNight(zone, until - 1), isNight(zone, until)]).toEqual([true, false]);
            expect(until - now).toBeLessThanOrEqual(11 * HOUR);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("[POLICY-03] of a country of several zones end when nobody in it is woken", () => {
    const zones = timeZonesOf("+12125550100", null);
    const until = quietUntil(NIGHT, zones, Date.UTC(2030, 0, 8, 6)) ?? 0;
    expect(zones.map((zone) => isNight(zone, until))).toEqual(zones.map(() => false));
    expect(new Date(until).toISOString()).toBe("2030-01-08T17:00:00.000Z");
  });

  it("that would never end for a country of many zones end by its likeliest", () => {
    const long = { from: "12:00", to: "11:00", allowUrgent: false };
    const until = quietUntil(long, ["Europe/Moscow", "Asia/Kamchatka"], Date.UTC(2030, 0, 8, 12));
    expect(new Date(until ?? 0).toISOString()).toBe("2030-01-09T08:00:00.000Z");
  });

  it("are those of the customer's country, or else of the number that writes", () => {
    expect(timeZonesOf("+255712345678", "+254712345678")).toEqual(["Africa/Dar_es_Salaam"]);
    expect(timeZonesOf("+15550100000", null)[0]).toBe("America/New_York");
    expect(timeZonesOf("+9991234567", "+254712345678")).toEqual(["Africa/Nairobi"]);
    expect(timeZonesOf("+9991234567", null)).toEqual(["UTC"]);
  });
});

describe("a word", () => {
  it("[POLICY-04] counts whatever its case, its spaces and the punctuation around it", () => {
    for (const text of ["stop", " STOP ", "Stop!", "«stop.»", "\nSTOP 🙏", "ＳＴＯＰ"]) {
      expect(foldWord(text)).toBe("stop");
    }
    expect(foldWord("please stop")).toBe("please stop");
    expect(foldWord("don't  stop")).toBe("don't stop");
    expect(foldWord("!!!")).toBe("");
  });
});
