/** Cloudflare's limits and prices, of the Workers Paid plan. docs/scale.md names the page of each. */

export const LIMITS = {
  d1: { bytes: 10e9, queriesPerInvocation: 1_000, databases: 50_000 },
  queue: { messagesPerSecond: 5_000, consumers: 250 },
  worker: { subrequests: 10_000 },
} as const;

/** What the plan includes in a month, and USD for each million (or GB) beyond. */
export type Price = { readonly included: number; readonly usd: number; readonly per: number };

const MILLION = 1e6;

/** The plan itself, USD a month. */
export const PLAN_USD = 5;

export const PRICES = {
  "D1 rows read": { included: 25e9, usd: 0.001, per: MILLION },
  "D1 rows written": { included: 50e6, usd: 1, per: MILLION },
  "D1 storage (GB)": { included: 5, usd: 0.75, per: 1 },
  "Queue operations": { included: 1e6, usd: 0.4, per: MILLION },
  "Object requests": { included: 1e6, usd: 0.15, per: MILLION },
  "Object duration (GB-s)": { included: 400_000, usd: 12.5, per: MILLION },
  "Object rows read": { included: 25e9, usd: 0.001, per: MILLION },
  "Object rows written": { included: 50e6, usd: 1, per: MILLION },
  "Object storage (GB)": { included: 5, usd: 0.2, per: 1 },
  "Worker requests": { included: 10e6, usd: 0.3, per: MILLION },
  "Worker CPU (ms)": { included: 30e6, usd: 0.02, per: MILLION },
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof PRICES;

/** USD a month for that much of it. */
export function costOf(name: Priced, amount: number): number {
  const { included, usd, per } = PRICES[name];
  return (Math.max(0, amount - included) / per) * usd;
}

/** A message that is written, read and deleted. */
export const OPERATIONS_PER_MESSAGE = 3;
/** An object is billed for this much memory while it is active. */
export const OBJECT_GB = 0.128;
