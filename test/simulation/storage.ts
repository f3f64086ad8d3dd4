/** What D1 holds: each kind of row for as long as the product keeps it. */
import { MONTH_SECONDS } from "./arrivals.ts";
import type { Assumptions } from "./assumptions.ts";
import { STORED_BYTES, type Stored } from "./measured-work.ts";
import { DAYS_MONTH, stepsOf, storedOf } from "./monthly-steps.ts";
import type { Product } from "./product.ts";

/** For good: by then as much is removed as comes. */
export const IN_THE_END = Number.POSITIVE_INFINITY;

function kindsOf({ kept }: Product) {
  return Object.entries(kept) as [Stored, Product["kept"][Stored]][];
}

/** Bytes after so many days of so many messages, and as many obligations, a month. */
export function storedBytes(count: number, days: number, product: Product, assumed: Assumptions): number {
  const monthly = storedOf(count, stepsOf(count, product, assumed));
  return kindsOf(product).reduce(
    (sum, [kind, kept]) =>
      sum + (monthly[kind] * STORED_BYTES[kind] * Math.min(days, kept.days)) / DAYS_MONTH,
    0,
  );
}

/** How many messages, and as many obligations, a month are the most of which ticks remove as much as comes. */
export function removableCount(product: Product, assumed: Assumptions): number {
  const million = 1e6;
  const monthly = storedOf(million, stepsOf(million, product, assumed));
  const ticks = MONTH_SECONDS / product.tickSeconds;
  return Math.min(
    ...kindsOf(product).map(
      ([kind, { removedPerTick }]) => (removedPerTick * ticks * million) / monthly[kind],
    ),
  );
}
