/** Everything that the page shows, computed from a seed. */
import { arrivalsOf, PROFILES, type Profile } from "./arrivals.ts";
import { ASSUMED, type Assumptions } from "./assumptions.ts";
import { invocationsOf, type Limit, limitsOf, type PerInvocation } from "./first-limits.ts";
import { type MonthlyCost, monthlyCost } from "./monthly-cost.ts";
import { type Product, readProduct } from "./product.ts";
import { seededRandom } from "./random.ts";
import { type Outcome, simulateMonth } from "./simulate.ts";
import { IN_THE_END, storedBytes } from "./storage.ts";
import { stepTimes } from "./work-time.ts";

/** Messages, and as many obligations, of a month. */
export const SIZES = [10_000, 1_000_000, 100_000_000] as const;
export const DEFAULT_SEED = 1;

/** What D1's time for a write may be, in ms: the page shows what follows from each. */
const WRITE_MS = [1, 3, 10] as const;

export type Report = {
  readonly seed: number;
  readonly product: Product;
  readonly assumed: Assumptions;
  readonly limits: Readonly<Record<Profile, readonly Limit[]>>;
  readonly invocations: readonly PerInvocation[];
  readonly months: readonly {
    readonly size: number;
    readonly outcomes: Readonly<Record<Profile, Outcome>>;
  }[];
  /** Bytes of D1 after a month, after a year, and when as much is removed as comes. */
  readonly storage: readonly { readonly size: number; readonly bytes: readonly number[] }[];
  readonly costs: readonly { readonly size: number; readonly cost: MonthlyCost }[];
  /** Messages that one database sends and tells of in a second, by what a write takes. */
  readonly capacity: readonly { readonly writeMs: number; readonly perSecond: number }[];
};

/** Plays each of the sizes with each profile. */
export function computeReport(seed: number, sizes: readonly number[]): Report {
  const product = readProduct();
  const each = <Value>(of: (profile: Profile) => Value) =>
    Object.fromEntries(PROFILES.map((profile) => [profile, of(profile)])) as Record<Profile, Value>;
  const play = (size: number, profile: Profile) => {
    const random = seededRandom(seed);
    const arrivals = arrivalsOf(profile, size, random);
    return simulateMonth({ product, assumed: ASSUMED, random, arrivals, hasObligations: true });
  };
  return {
    seed,
    product,
    assumed: ASSUMED,
    limits: each((profile) => limitsOf(profile, product, ASSUMED)),
    invocations: invocationsOf(product),
    months: sizes.map((size) => ({ size, outcomes: each((profile) => play(size, profile)) })),
    storage: sizes.map((size) => ({
      size,
      bytes: [30, 365, IN_THE_END].map((days) => storedBytes(size, days, product, ASSUMED)),
    })),
    costs: sizes.map((size) => ({ size, cost: monthlyCost(size, product, ASSUMED) })),
    capacity: WRITE_MS.map((writeMs) => ({
      writeMs,
      perSecond: 1_000 / stepTimes({ ...ASSUMED, writeMs }).fresh.message,
    })),
  };
}
