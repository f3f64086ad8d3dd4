/** At how many messages and obligations a month each limit is reached, one database and one queue as it is now. */
import { MONTH_SECONDS, type Profile, peakMinuteShare } from "./arrivals.ts";
import type { Assumptions } from "./assumptions.ts";
import { LIMITS } from "./cloudflare.ts";
import { oneOf, type StepName } from "./measured-work.ts";
import type { Product } from "./product.ts";
import { consumedPerSecond } from "./simulate.ts";
import { IN_THE_END, removableCount, storedBytes } from "./storage.ts";
import { stepTimes } from "./work-time.ts";

export type Limit = { readonly name: string; readonly count: number };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const LATE_SECONDS = 60;

/** Every limit, the first one first. */
export function limitsOf(profile: Profile, product: Product, assumed: Assumptions): Limit[] {
  const peak = peakMinuteShare(profile);
  const { fresh, createMs } = stepTimes(assumed);
  const pollsPerObligation = (43_200 * 60) / (product.pollMinutes * 60) / assumed.obligationsPerPlugin;
  const monthMs = createMs + fresh.message + fresh.act + pollsPerObligation * fresh.poll;
  const filledAfter = (days: number) => (LIMITS.d1.bytes / storedBytes(1e6, days, product, assumed)) * 1e6;
  const limits: Limit[] = [
    {
      name: `a minute's messages keep D1 busy for more than ${LATE_SECONDS} s`,
      count: MINUTE_MS / fresh.message / peak,
    },
    {
      name: `more than ${product.messages.rowsPerTick} messages due for one tick`,
      count: product.messages.rowsPerTick / peak,
    },
    {
      name: "the last message of a peak is missed",
      count: (product.sendIfLateBySeconds * SECOND_MS) / fresh.message / peak,
    },
    { name: "D1 holds 10 GB after a month", count: filledAfter(30) },
    { name: "D1 holds 10 GB after a year", count: filledAfter(365) },
    { name: "D1 holds 10 GB in the end, when as much is removed as comes", count: filledAfter(IN_THE_END) },
    { name: "more comes than ticks remove", count: removableCount(product, assumed) },
    {
      name: `more than ${product.polls.rowsPerTick} plugins to be asked per tick`,
      count: product.polls.rowsPerTick * product.pollMinutes * assumed.obligationsPerPlugin,
    },
    { name: "D1 is busy all month", count: (MONTH_SECONDS * SECOND_MS) / monthMs },
    {
      name: "the consumers there may be cannot follow a peak within its minute",
      count: (Math.min(consumedPerSecond(product, assumed), LIMITS.queue.messagesPerSecond) * 60) / peak,
    },
  ];
  return limits.sort((a, b) => a.count - b.count);
}

export type PerInvocation = { readonly name: string; readonly used: number; readonly limit: number };

/** What the largest invocation of each kind asks for, of what it may. */
export function invocationsOf(product: Product): PerInvocation[] {
  const { rowsPerTick, rowsPerPage } = product.messages;
  const queries = (name: StepName) => {
    const { statements } = oneOf(name).database;
    return statements * product.workBatch;
  };
  const pages = rowsPerTick / rowsPerPage;
  return [
    {
      name: "a tick: reads and batches into the queue",
      used: pages + rowsPerTick / product.messagesPerSend,
      limit: LIMITS.worker.subrequests,
    },
    {
      name: "a consumer's batch of messages: statements",
      used: queries("sendMessage"),
      limit: LIMITS.d1.queriesPerInvocation,
    },
    {
      name: "a consumer's batch of polls, each with all the new ones it may bring: statements",
      used: queries("pollListing") + product.workBatch * product.newPerPoll,
      limit: LIMITS.d1.queriesPerInvocation,
    },
  ];
}
