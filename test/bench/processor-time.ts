import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/*
 * Processor time of the runtime's process, from Linux's /proc. On a busy machine it is the steadiest measure of
 * what a leg costs, and it tells when work put off until after the answer is done. Elsewhere it is left out.
 */

/** Linux counts processor time in hundredths of a second for every architecture Node runs on. */
const TICK_MS = 10;
const SETTLE_STEP_MS = 100;
/** A runtime that is still busy this long after a turn is not going to be waited for. */
const SETTLE_AT_MOST_MS = 15_000;

/** The id of the newest process called `name` that `parentId` started, or undefined where /proc does not tell. */
export function findNewestChildProcess(parentId: number, name: string): number | undefined {
  try {
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map((entry) => ({ id: Number(entry), stat: readStat(Number(entry)) }))
      .filter(({ stat }) => stat?.name === name && stat.parentId === parentId)
      .toSorted((a, b) => (b.stat?.startedAtTicks ?? 0) - (a.stat?.startedAtTicks ?? 0))[0]?.id;
  } catch {
    return undefined;
  }
}

/** Processor time (user and system) that a process has used so far, in ms; undefined where /proc does not tell. */
export function processorMs(id: number | undefined): number | undefined {
  return id === undefined ? undefined : readStat(id)?.processorMs;
}

/**
 * Waits until a process has used next to no processor time for a moment, so that what one leg left to do (its
 * queue of records) is not charged to the next one. Bounded; where /proc does not tell it waits one second.
 */
export async function settle(id: number | undefined): Promise<void> {
  if (processorMs(id) === undefined) {
    await pause(1_000);
    return;
  }
  let quietSteps = 0;
  for (let waited = 0; waited < SETTLE_AT_MOST_MS && quietSteps < 3; waited += SETTLE_STEP_MS) {
    const before = processorMs(id) ?? 0;
    await pause(SETTLE_STEP_MS);
    quietSteps = (processorMs(id) ?? 0) - before <= TICK_MS ? quietSteps + 1 : 0;
  }
}

type Stat = {
  readonly name: string;
  readonly parentId: number;
  readonly processorMs: number;
  /** Since the system's start. */
  readonly startedAtTicks: number;
};

function readStat(id: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "utf8");
    // The name stands in parentheses and may hold spaces, so the fields are counted from the last one.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return {
      name: text.slice(text.indexOf("(") + 1, text.lastIndexOf(")")),
      parentId: Number(fields[1]),
      processorMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      startedAtTicks: Number(fields[19]),
    };
  } catch {
    return undefined;
  }
}
