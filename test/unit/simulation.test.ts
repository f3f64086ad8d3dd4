/** What `npm run simulate` computes: the same for the same seed, nothing lost, and as the page says. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { arrivalsOf, MONTH_SECONDS, PROFILES, peakMinuteShare } from "../simulation/arrivals.ts";
import { ASSUMED } from "../simulation/assumptions.ts";
import { computeReport, DEFAULT_SEED, SIZES } from "../simulation/compute-report.ts";
import { DueRows, dueThen } from "../simulation/due-rows.ts";
import { limitsOf } from "../simulation/first-limits.ts";
import { WORK_BATCH } from "../simulation/measured-work.ts";
import { monthlyCost } from "../simulation/monthly-cost.ts";
import { readProduct } from "../simulation/product.ts";
import { seededRandom } from "../simulation/random.ts";
import { fillPage, renderReport } from "../simulation/render-report.ts";
import { type Month, simulateMonth } from "../simulation/simulate.ts";
import { simulateExactly } from "../simulation/simulate-exactly.ts";

const product = readProduct();

function monthOf(profile: (typeof PROFILES)[number], size: number, change: Partial<Month> = {}): Month {
  const random = seededRandom(7);
  const arrivals = arrivalsOf(profile, size, random);
  return { product, assumed: ASSUMED, random, arrivals, hasObligations: false, ...change };
}

describe("due times", { timeout: 60_000 }, () => {
  it.each(PROFILES)("of the profile %s add up to what was asked for", (profile) => {
    for (const size of [1, 10_000, 100_000_001]) {
      const arrivals = arrivalsOf(profile, size, seededRandom(3));
      expect(arrivals.reduce((sum, due) => sum + due, 0)).toBe(size);
    }
  });

  it("lie on full quarters of the hour in every zone, most at nine in the one with most customers", () => {
    const arrivals = arrivalsOf("daily", 1_000_000, seededRandom(3));
    const busiest = arrivals.indexOf(arrivals.reduce((most, due) => Math.max(most, due), 0));
    // Nine in Nairobi, on the first day.
    expect(busiest).toBe(6 * 3_600);
    expect(arrivals.every((due, second) => due === 0 || second % 900 === 0)).toBe(true);
    expect(peakMinuteShare("at once")).toBe(1);
    expect(peakMinuteShare("even")).toBeCloseTo(60 / MONTH_SECONDS);
  });
});

describe("the product", () => {
  it("gives its consumer at least as many messages at once as the work was measured with", () => {
    expect(product.workBatch).toBeGreaterThanOrEqual(WORK_BATCH);
  });
});

describe("a tick", () => {
  it("reads each due row once, the oldest first, and no row that is not due", () => {
    const rows = new DueRows({
      rowsPerTick: 100,
      rowsPerPage: 50,
      aheadSeconds: 60,
      leaseSeconds: 60,
      readsWhenFull: 1,
    });
    rows.add(dueThen("message", 61, 1_000));
    rows.add(dueThen("message", 60, 70));
    rows.add(dueThen("message", 3, 20));
    expect(rows.tick(0)).toMatchObject({ rows: 90, pages: 2, entries: [{ to: 20 }, { to: 70 }] });
    const next = rows.tick(60);
    expect(next).toMatchObject({ rows: 100, pages: 3, entries: [{ to: 20 }, { to: 70 }, { to: 10 }] });
  });
});

describe("a simulated month", { timeout: 60_000 }, () => {
  it("is the same for the same seed, and another for another", () => {
    const play = (seed: number) => {
      const random = seededRandom(seed);
      const arrivals = arrivalsOf("daily", 10_000, random);
      return simulateMonth({ product, assumed: ASSUMED, random, arrivals, hasObligations: true });
    };
    expect(play(5)).toEqual(play(5));
    expect(play(6)).not.toEqual(play(5));
  });

  it.each(PROFILES)("of the profile %s loses nothing: what was due has ended or waits", (profile) => {
    const size = 200_000;
    const outcome = simulateMonth(monthOf(profile, size, { hasObligations: true }));
    expect(outcome.sent + outcome.missed + outcome.left).toBe(size);
    expect(outcome.obligationsListed).toBeLessThanOrEqual(size);
    expect(outcome.obligationsDone).toBeLessThanOrEqual(outcome.obligationsListed);
    // Each row that ended was enqueued at least once, and no queue message ended two.
    expect(outcome.enqueued - outcome.repeated).toBeGreaterThanOrEqual(outcome.sent + outcome.missed);
  });

  it("reads no more rows than ticks find: each message once, and again while it has not ended", () => {
    const assumed = { ...ASSUMED, dying: 0 };
    const even = simulateMonth(monthOf("even", 10_000, { assumed }));
    // A tick looks a little into the next one's minute, so that what is due then is found by both.
    const twice = (product.messages.aheadSeconds - product.tickSeconds + 1) / product.tickSeconds;
    expect(even.tickRowsRead).toBeGreaterThan(10_000 * (1 + twice * 0.9));
    expect(even.tickRowsRead).toBeLessThan(10_000 * (1 + twice * 1.1));
    expect(simulateMonth(monthOf("daily", 10_000, { assumed })).tickRowsRead).toBeGreaterThanOrEqual(20_000);
  });

  it.each(PROFILES)("of the profile %s agrees with the one that is played message by message", (profile) => {
    const month = { ...monthOf(profile, 10_000), assumed: { ...ASSUMED, dying: 0 } };
    const { lateness, ...counted } = simulateMonth(month);
    const { lateness: exactLateness, ...exact } = simulateExactly(month);
    for (const name of ["ticks", "dueInTickMax", "sent", "missed", "left"] as const) {
      expect([name, counted[name]]).toEqual([name, exact[name]]);
    }
    expectNear(counted, exact, ["tickRowsRead", "enqueued", "repeated"]);
    expect(lateness?.p50).toBeGreaterThan(0);
    expectNear(lateness ?? {}, exactLateness ?? {}, ["p50", "p99", "max"]);
  });

  it("agrees with it where tries die", () => {
    const month = { ...monthOf("daily", 10_000), assumed: { ...ASSUMED, dying: 0.2 } };
    const counted = simulateMonth({ ...month, random: seededRandom(11) });
    const exact = simulateExactly({ ...month, random: seededRandom(12) });
    expect(counted.sent).toBe(exact.sent);
    expectNear(counted, exact, ["tickRowsRead", "enqueued"]);
    expectNear(counted.lateness ?? {}, exact.lateness ?? {}, ["p50", "p99"]);
  });
});

/** How far the counted model may be from the exact one: whichever is more. */
const TOLERANCE = { share: 0.02, seconds: 2 };

function expectNear<Name extends string>(
  counted: Partial<Record<Name, unknown>>,
  exact: Partial<Record<Name, unknown>>,
  names: readonly Name[],
): void {
  for (const name of names) {
    const [mine, theirs] = [Number(counted[name]), Number(exact[name])];
    const isNear = Math.abs(mine - theirs) <= Math.max(TOLERANCE.seconds, theirs * TOLERANCE.share);
    expect(isNear, `${name}: ${mine} counted, ${theirs} message by message`).toBe(true);
  }
}

describe("limits and costs", { timeout: 60_000 }, () => {
  it("are reached one after the other, and by a peak sooner than without one", () => {
    const counts = PROFILES.map((profile) => limitsOf(profile, product, ASSUMED).map(({ count }) => count));
    for (const each of counts) {
      expect(each).toEqual(each.toSorted((a, b) => a - b));
    }
    const [even = [], daily = [], atOnce = []] = counts;
    expect(atOnce[0]).toBeLessThan(daily[0] ?? 0);
    expect(daily[0]).toBeLessThan(even[0] ?? 0);
  });

  it("of ten thousand are within the plan, and grow with what is done", () => {
    const [small, large] = [10_000, 100_000_000].map((size) => monthlyCost(size, product, ASSUMED).totalUsd);
    expect(small).toBe(5);
    expect(large).toBeGreaterThan(1_000);
  });
});

describe("docs/scale.md", () => {
  it("shows what is computed: `npm run simulate -- --write` brings it up to date", {
    timeout: 300_000,
  }, () => {
    const page = readFileSync(new URL("../../docs/scale.md", import.meta.url), "utf8");
    const tables = renderReport(computeReport(DEFAULT_SEED, SIZES));
    for (const name of Object.keys(tables)) {
      expect(page).toContain(`<!-- simulate: ${name} -->`);
    }
    expect(page).toBe(fillPage(page, tables));
  });
});
