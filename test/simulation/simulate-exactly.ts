/**
 * The same month message by message and to the millisecond, for a few thousand: what the counted model is held
 * against. Each row and each queue message is there by itself.
 */
import { MONTH_SECONDS } from "./arrivals.ts";
import type { Assumptions } from "./assumptions.ts";
import { type Lateness, LatenessCounter } from "./lateness.ts";
import type { Product } from "./product.ts";
import type { Random } from "./random.ts";
import { stepTimes } from "./work-time.ts";

type Row = { readonly dueMs: number; indexMs: number; hasEnded: boolean };

export type ExactOutcome = {
  readonly ticks: number;
  readonly dueInTickMax: number;
  readonly tickRowsRead: number;
  readonly sent: number;
  readonly missed: number;
  readonly left: number;
  readonly enqueued: number;
  readonly repeated: number;
  readonly lateness: Lateness | null;
};

type ExactMonth = {
  readonly product: Product;
  readonly assumed: Assumptions;
  readonly random: Random;
  readonly arrivals: Uint32Array;
};

/** Plays the month. Messages alone; no plugins are asked. */
export function simulateExactly({ product, assumed, random, arrivals }: ExactMonth): ExactOutcome {
  const rows: Row[] = [];
  for (const [second, due] of arrivals.entries()) {
    for (let index = 0; index < due; index++) {
      rows.push({ dueMs: second * 1_000, indexMs: second * 1_000, hasEnded: false });
    }
  }
  const times = stepTimes(assumed);
  // Making messages takes its share of the database all the time.
  const slower = 1 / (1 - (rows.length / MONTH_SECONDS / 1_000) * times.createMs);
  const tickMs = product.tickSeconds * 1_000;
  const { rowsPerTick, aheadSeconds, leaseSeconds } = product.messages;
  const lateness = new LatenessCounter();
  const queue: { row: Row; visibleMs: number }[] = [];
  let [head, freeMs, ticks, dueInTickMax, tickRowsRead, missed, enqueued, repeated] = [
    0, 0, 0, 0, 0, 0, 0, 0,
  ];
  /** Rows that a tick has come to, until they end. */
  let index: Row[] = [];
  let loaded = 0;

  for (let now = 0; now < MONTH_SECONDS * 1_000; now += tickMs) {
    ticks += 1;
    const until = now + aheadSeconds * 1_000;
    index = index.filter(({ hasEnded }) => !hasEnded);
    for (let row = rows[loaded]; row !== undefined && row.dueMs <= until; row = rows[loaded]) {
      index.push(row);
      loaded += 1;
    }
    const found = index
      .filter(({ indexMs }) => indexMs <= until)
      .sort((a, b) => a.indexMs - b.indexMs)
      .slice(0, rowsPerTick);
    dueInTickMax = Math.max(dueInTickMax, found.length);
    tickRowsRead += found.length;
    enqueued += found.length;
    const added = found.map((row) => ({
      row,
      visibleMs: now + Math.max(0, Math.ceil((row.indexMs - now) / 1_000)) * 1_000,
    }));
    // What waited already is visible sooner than what has a delay, and stays ahead of what has none.
    queue.push(...added.sort((a, b) => a.visibleMs - b.visibleMs));
    for (let message = queue[head]; message !== undefined; message = queue[head]) {
      const { row, visibleMs } = message;
      const startMs = Math.max(visibleMs, freeMs);
      if (startMs >= now + tickMs) {
        break;
      }
      head += 1;
      if (row.hasEnded || row.indexMs > startMs) {
        repeated += 1;
        freeMs = startMs + times.again.message * slower;
        continue;
      }
      const isMissed = startMs - row.dueMs > product.sendIfLateBySeconds * 1_000;
      freeMs = startMs + (isMissed ? times.missMs : times.fresh.message) * slower;
      if (random.next() < assumed.dying) {
        row.indexMs = startMs + leaseSeconds * 1_000;
        continue;
      }
      row.hasEnded = true;
      if (isMissed) {
        missed += 1;
      } else {
        lateness.add((startMs - row.dueMs + assumed.sendingMs) / 1_000);
      }
    }
  }
  const sent = lateness.total;
  const left = rows.length - sent - missed;
  return {
    ticks,
    dueInTickMax,
    tickRowsRead,
    sent,
    missed,
    left,
    enqueued,
    repeated,
    lateness: lateness.summary(),
  };
}
