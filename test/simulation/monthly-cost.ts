/** What a month costs when everything in it is done once, and as much is removed as comes. Arithmetic, nothing is played. */
import { MONTH_SECONDS } from "./arrivals.ts";
import type { Assumptions } from "./assumptions.ts";
import { costOf, OBJECT_GB, OPERATIONS_PER_MESSAGE, PLAN_USD, PRICES, type Priced } from "./cloudflare.ts";
import { oneOf } from "./measured-work.ts";
import { stepsOf, sumOver } from "./monthly-steps.ts";
import type { Product } from "./product.ts";
import { IN_THE_END, storedBytes } from "./storage.ts";

/** Conversations keep what was said; this is what they hold after a year. */
const OBJECT_MONTHS = 12;
const GB = 1e9;

export type MonthlyCost = {
  readonly amounts: Readonly<Record<Priced, number>>;
  readonly usd: Readonly<Record<Priced, number>>;
  readonly totalUsd: number;
};

/** Amounts and USD of a month in the long run. The provider's and the model's bills are others. */
export function monthlyCost(count: number, product: Product, assumed: Assumptions): MonthlyCost {
  const steps = stepsOf(count, product, assumed);
  const records = steps.storeRecord ?? 0;
  const sendings = (steps.sendMessage ?? 0) + (steps.actOnObligation ?? 0);
  const ticks = MONTH_SECONDS / product.tickSeconds;
  const database = (of: "rowsRead" | "rowsWritten") =>
    sumOver(steps, (name) => oneOf(name).database[of] + (oneOf(name).chat?.database[of] ?? 0));
  const queued =
    // Each message and poll once by its tick, and what steps put in by themselves.
    2 * count +
    (steps.pollIdle ?? 0) +
    (steps.pollListing ?? 0) +
    sumOver(steps, (name) => {
      const { work, events, records: own } = oneOf(name).queued;
      return work + events + own;
    });
  const amounts: Record<Priced, number> = {
    "D1 rows read": database("rowsRead") + count * assumed.waitingPerOwner + 2 * count,
    "D1 rows written": database("rowsWritten"),
    "D1 storage (GB)": storedBytes(count, IN_THE_END, product, assumed) / GB,
    "Queue operations": queued * OPERATIONS_PER_MESSAGE,
    "Object requests": sendings,
    "Object duration (GB-s)": (sendings * assumed.objectActiveMs * OBJECT_GB) / 1_000,
    "Object rows read": sumOver(steps, (name) => oneOf(name).chat?.rowsRead ?? 0),
    "Object rows written": sumOver(steps, (name) => oneOf(name).chat?.rowsWritten ?? 0),
    "Object storage (GB)": (OBJECT_MONTHS * sendings * assumed.objectBytes) / GB,
    // As few messages in a batch as there may be: one.
    "Worker requests": ticks + count + (queued - records) + records / product.recordBatch,
    "Worker CPU (ms)": (queued + count) * assumed.cpuMs,
  };
  const names = Object.keys(PRICES) as Priced[];
  const usd = Object.fromEntries(names.map((name) => [name, costOf(name, amounts[name])])) as Record<
    Priced,
    number
  >;
  return { amounts, usd, totalUsd: names.reduce((sum, name) => sum + usd[name], PLAN_USD) };
}
