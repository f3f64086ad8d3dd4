/** How often each step is made in a month. */
import type { Assumptions } from "./assumptions.ts";
import { oneOf, type StepName, type Stored } from "./measured-work.ts";
import { pluginsFor } from "./plugin-polls.ts";
import type { Product } from "./product.ts";

export const DAYS_MONTH = 30;

export type Steps = Partial<Readonly<Record<StepName, number>>>;

/** With so many messages and as many obligations in the month. What is removed was made some months before. */
export function stepsOf(count: number, product: Product, assumed: Assumptions): Steps {
  const polls = pluginsFor(count, assumed) * pollsPerPlugin(product, assumed);
  const listing = Math.min(polls, count);
  const made = {
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
  const stored = storedOf(count, made);
  return {
    ...made,
    storeRecord: stored.record,
    removeMessage: stored.message,
    removeObligation: stored.obligation,
    removeEvent: stored.event,
    removeRecord: stored.record,
    removeAudit: stored.audit,
  };
}

/** Calls of one plugin in a month; those that fail are asked once a day. */
function pollsPerPlugin({ pollMinutes }: Product, { failingPlugins }: Assumptions): number {
  return (DAYS_MONTH * 1_440 * (1 - failingPlugins)) / pollMinutes + DAYS_MONTH * failingPlugins;
}

/** What a month leaves in the database. */
export function storedOf(count: number, steps: Steps): Readonly<Record<Stored, number>> {
  return {
    message: count,
    obligation: count,
    event: 2 * count,
    record: sumOver(steps, (name) => oneOf(name).queued.records),
    audit: count,
  };
}

/** The sum over all steps of that much of each. */
export function sumOver(steps: Steps, of: (name: StepName) => number): number {
  return Object.entries(steps).reduce((sum, [name, times]) => sum + times * of(name as StepName), 0);
}
