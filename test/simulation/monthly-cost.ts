/** What a month costs when everything in it is done once, and what of it stays stored. Arithmetic, nothing is played. */
import { MONTH_SECONDS } from "./arrivals.ts";
import type { Assumptions } from "./assumptions.ts";
import { costOf, OBJECT_GB, OPERATIONS_PER_MESSAGE, PLAN_USD, PRICES, type Priced } from "./cloudflare.ts";
import { oneOf, STORED_BYTES, type StepName } from "./measured-work.ts";
import { pluginsFor } from "./plugin-polls.ts";
import type { Product } from "./product.ts";

const DAYS_MONTH = 30;
const GB = 1e9;

/** How often each step is made, with so many messages and as many obligations in the month. */
function stepsOf(count: number, product: Product, assumed: Assumptions): Partial<Record<StepName, number>> {
  const plugins = pluginsFor(count, assumed);
  const polls = plugins * pollsPerPlugin(product, assumed);
  const listing = Math.min(polls, count);
  return {
    createMessage: count,
    sendMessage: count,
    // People choose full minutes: two ticks find what is due then, the one before and the one at that moment.
    repeatMessage: count,
    tellEndpoint: count,
    pollIdle: polls - listing,
    pollListing: listing,
    actOnObligation: count,
    tellPlugin: count,
  };
}

/** Calls of one plugin in a month; those that fail are asked once a day. */
function pollsPerPlugin({ pollMinutes }: Product, { failingPlugins }: Assumptions): number {
  return (DAYS_MONTH * 1_440 * (1 - failingPlugins)) / pollMinutes + DAYS_MONTH * failingPlugins;
}

/** Bytes that D1 holds at the end of the month. */
export function storedBytes(count: number, product: Product, assumed: Assumptions): number {
  const steps = stepsOf(count, product, assumed);
  return (
    count * (STORED_BYTES.message + STORED_BYTES.obligation + 2 * STORED_BYTES.event) +
    recordsOf(steps) * STORED_BYTES.record
  );
}

/** The same, of what is never removed. */
export function keptBytes(count: number): number {
  return count * (STORED_BYTES.message + STORED_BYTES.obligation);
}

function recordsOf(steps: Partial<Record<StepName, number>>): number {
  return sumOver(steps, (name) => oneOf(name).queued.records);
}

function sumOver(steps: Partial<Record<StepName, number>>, of: (name: StepName) => number): number {
  return Object.entries(steps).reduce((sum, [name, times]) => sum + times * of(name as StepName), 0);
}

export type MonthlyCost = {
  readonly amounts: Readonly<Record<Priced, number>>;
  readonly usd: Readonly<Record<Priced, number>>;
  readonly totalUsd: number;
};

/** Amounts and USD of the first month. The provider's and the model's bills are others. */
export function monthlyCost(count: number, product: Product, assumed: Assumptions): MonthlyCost {
  const steps = stepsOf(count, product, assumed);
  const records = recordsOf(steps);
  const sendings = (steps.sendMessage ?? 0) + (steps.actOnObligation ?? 0);
  const ticks = MONTH_SECONDS / product.tickSeconds;
  const database = (of: "rowsRead" | "rowsWritten") =>
    sumOver(steps, (name) => oneOf(name).database[of] + (oneOf(name).chat?.database[of] ?? 0)) +
    records * oneOf("storeRecord").database[of];
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
    "D1 storage (GB)": storedBytes(count, product, assumed) / GB,
    "Queue operations": queued * OPERATIONS_PER_MESSAGE,
    "Object requests": sendings,
    "Object duration (GB-s)": (sendings * assumed.objectActiveMs * OBJECT_GB) / 1_000,
    "Object rows read": sumOver(steps, (name) => oneOf(name).chat?.rowsRead ?? 0),
    "Object rows written": sumOver(steps, (name) => oneOf(name).chat?.rowsWritten ?? 0),
    "Object storage (GB)": (sendings * assumed.objectBytes) / GB,
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
