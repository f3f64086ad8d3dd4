import type { Recurrence } from "../../contract/schedule.ts";
import { DAY_MS } from "./limits.ts";
import { toInstant } from "./local-time.ts";

/** When a schedule sends: its first wall clock, where, and how it goes on. */
export type Timing = {
  /** See local-time.ts. */
  readonly wallClock: number;
  readonly timeZone: string;
  readonly whenTwice: "earlier" | "later";
  readonly recurrence: Recurrence | null;
};

/**
 * The instant (epoch ms) of a sending; `step` counts from 0. Every step is counted from the first, so that the 31st
 * comes back after February, and 09:00 stays 09:00 when the clocks change. A step that falls into a gap of the clocks
 * goes out as much later as they are put forward.
 */
export function instantOfStep(timing: Timing, step: number): number {
  return toInstant(wallClockOfStep(timing, step), timing.timeZone, timing.whenTwice);
}

/** What the clocks show at that step. */
export function wallClockOfStep({ wallClock, recurrence }: Timing, step: number): number {
  if (recurrence === null || step === 0) {
    return wallClock;
  }
  const times = step * (recurrence.interval ?? 1);
  switch (recurrence.every) {
    case "day":
      return wallClock + times * DAY_MS;
    case "week":
      return wallClock + times * 7 * DAY_MS;
    case "month":
      return addMonths(wallClock, times);
  }
}

function addMonths(wallClock: number, months: number): number {
  const start = new Date(wallClock);
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + months];
  // Day 0 of the month after is the last one of the month itself.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(start.getUTCDate(), lastDay);
  return Date.UTC(year, month, day) + (wallClock - Math.floor(wallClock / DAY_MS) * DAY_MS);
}
