/**
 * A month of ticks, queue and database, second by second. Rows that are due in the same second are counted and not
 * made, so that a hundred million take no more memory than ten thousand. The database does one thing after the other;
 * what it does not come to waits.
 */
import { MONTH_SECONDS } from "./arrivals.ts";
import type { Assumptions } from "./assumptions.ts";
import { LIMITS } from "./cloudflare.ts";
import { type Cohort, DueRows, dueThen, type Kind } from "./due-rows.ts";
import { type Lateness, LatenessCounter } from "./lateness.ts";
import { PluginPolls } from "./plugin-polls.ts";
import type { Product } from "./product.ts";
import type { Random } from "./random.ts";
import { WorkQueue } from "./work-queue.ts";
import { stepTimes } from "./work-time.ts";

export type Month = {
  readonly product: Product;
  readonly assumed: Assumptions;
  readonly random: Random;
  /** Messages that fall due in each second, and as many obligations where there are any. */
  readonly arrivals: Uint32Array;
  readonly hasObligations: boolean;
};

export type Outcome = {
  readonly ticks: number;
  /** Messages that one tick found, at most. */
  readonly dueInTickMax: number;
  /** Rows that ticks read, of all kinds, and in how many reads. */
  readonly tickRowsRead: number;
  readonly tickReads: number;
  readonly sent: number;
  readonly missed: number;
  /** Messages that are due and have not ended, at the end of the month and at the worst second. */
  readonly left: number;
  readonly backlogMax: number;
  /** Of what was sent. */
  readonly lateness: Lateness | null;
  readonly polls: number;
  readonly pollLateness: Lateness | null;
  readonly obligationsListed: number;
  readonly obligationsDone: number;
  /** From being listed to being done. */
  readonly actLateness: Lateness | null;
  /** Messages of the `work` queue, and those among them whose row was done already. */
  readonly enqueued: number;
  readonly repeated: number;
  readonly queueMax: number;
  /** Of the database's time: in the month, and in its busiest hour. */
  readonly busyShare: number;
  readonly busyShareMax: number;
};

const SECOND_MS = 1_000;
const HOUR_SECONDS = 3_600;

/** Once the queue has not been empty for so long, nobody counts the few tries that die: work repeats itself anyway. */
const BEHIND_SECONDS = HOUR_SECONDS;
const KINDS = ["message", "poll", "act"] as const;

/** Plays the month. */
export function simulateMonth(month: Month): Outcome {
  const playing = new PlayedMonth(month);
  for (let now = 0; now < MONTH_SECONDS; now++) {
    playing.second(now);
  }
  return playing.outcome();
}

class PlayedMonth {
  readonly #month: Month;
  readonly #times: ReturnType<typeof stepTimes>;
  readonly #plugins: PluginPolls;
  readonly #rows: Readonly<Record<Kind, DueRows>>;
  readonly #queue: WorkQueue;
  readonly #lateness = {
    message: new LatenessCounter(),
    poll: new LatenessCounter(),
    act: new LatenessCounter(),
  };
  readonly #deliveriesPerSecond: number;
  readonly #createMsPerSecond: number;
  #arrived = 0;
  #missed = 0;
  #repeated = 0;
  #ticks = { count: 0, rowsRead: 0, reads: 0, dueMax: 0 };
  #backlogMax = 0;
  /** What the database has left of this second; below zero it is still busy with what was begun. */
  #roomMs = 0;
  #busyMs = 0;
  /** When the queue was empty last. */
  #emptyAt = 0;
  #hourMs = 0;
  #busiestHourMs = 0;

  constructor(month: Month) {
    const { product, assumed, arrivals, hasObligations } = month;
    const count = arrivals.reduce((sum, due) => sum + due, 0);
    this.#month = month;
    this.#times = stepTimes(assumed);
    this.#rows = {
      message: new DueRows(product.messages, arrivals),
      poll: new DueRows(product.polls),
      act: new DueRows(product.acts),
    };
    const { messages, polls, acts } = product;
    this.#queue = new WorkQueue(Math.max(...[messages, polls, acts].map((of) => of.aheadSeconds)));
    this.#plugins = new PluginPolls({ product, assumed, obligations: hasObligations ? count : 0 });
    for (const poll of this.#plugins.first) {
      this.#rows.poll.add(poll);
    }
    this.#deliveriesPerSecond = Math.min(LIMITS.queue.messagesPerSecond, consumedPerSecond(product, assumed));
    // What the month brings is made evenly over a month.
    this.#createMsPerSecond = (count / MONTH_SECONDS) * this.#times.createMs;
  }

  second(now: number): void {
    const { arrivals, product } = this.#month;
    this.#arrived += arrivals[now] ?? 0;
    this.#roomMs += SECOND_MS;
    this.#spend(this.#createMsPerSecond);
    if (now % product.tickSeconds === 0) {
      this.#tick(now);
    }
    this.#queue.advance(now);
    this.#consume(now);
    // Time without work is gone; what was begun goes on.
    if (this.#queue.first() === undefined) {
      this.#roomMs = Math.min(this.#roomMs, 0);
      this.#emptyAt = now;
    }
    const ended = this.#lateness.message.total + this.#missed;
    this.#backlogMax = Math.max(this.#backlogMax, this.#arrived - ended);
    if ((now + 1) % HOUR_SECONDS === 0) {
      this.#busiestHourMs = Math.max(this.#busiestHourMs, this.#hourMs);
      this.#hourMs = 0;
    }
  }

  #spend(ms: number): void {
    this.#roomMs -= ms;
    this.#busyMs += ms;
    this.#hourMs += ms;
  }

  #tick(now: number): void {
    const { assumed } = this.#month;
    this.#ticks.count += 1;
    for (const kind of KINDS) {
      const { entries, rows, pages } = this.#rows[kind].tick(now);
      this.#ticks.rowsRead += rows;
      this.#ticks.reads += pages;
      this.#spend(pages * assumed.readMs);
      for (const entry of entries) {
        this.#queue.put(entry, now);
      }
      if (kind === "message") {
        this.#ticks.dueMax = Math.max(this.#ticks.dueMax, rows);
      }
    }
  }

  #consume(now: number): void {
    let deliveries = this.#deliveriesPerSecond;
    for (;;) {
      const entry = this.#queue.first();
      if (entry === undefined) {
        return;
      }
      const { cohort } = entry;
      const old = Math.min(entry.to, cohort.done) - entry.from;
      const each = old > 0 ? this.#times.again[cohort.kind] : this.#freshMs(cohort, now);
      const wanted = old > 0 ? old : entry.to - entry.from;
      const count = Math.floor(Math.min(wanted, deliveries, this.#roomMs / each));
      if (count <= 0) {
        return;
      }
      deliveries -= count;
      this.#queue.take(entry, count);
      this.#spend(count * each);
      if (old > 0) {
        this.#repeated += count;
      } else {
        cohort.done += count;
        this.#end(cohort, count, now);
      }
    }
  }

  #isMissed({ kind, dueAt }: Cohort, now: number): boolean {
    return kind === "message" && now - dueAt > this.#month.product.sendIfLateBySeconds;
  }

  #freshMs(cohort: Cohort, now: number): number {
    return this.#isMissed(cohort, now) ? this.#times.missMs : this.#times.fresh[cohort.kind];
  }

  /** Ends so many rows, but for those whose try died: these are found again after their lease. */
  #end(cohort: Cohort, count: number, now: number): void {
    const { assumed, product, random } = this.#month;
    const { kind } = cohort;
    const isBehind = now - this.#emptyAt > BEHIND_SECONDS;
    const dead = isBehind ? 0 : random.howMany(count, assumed.dying);
    if (dead > 0) {
      const { leaseSeconds } = product[LEASED[kind]];
      this.#rows[kind].add({ ...cohort, indexAt: now + leaseSeconds, size: dead, done: 0 });
    }
    const ended = count - dead;
    if (this.#isMissed(cohort, now)) {
      this.#missed += ended;
      return;
    }
    this.#lateness[kind].add(now - cohort.dueAt + assumed.sendingMs / SECOND_MS, ended);
    if (kind === "poll" && ended > 0) {
      this.#follow(cohort, ended, now);
    }
  }

  /** What polls bring: their next time, and obligations that are acted on at once. */
  #follow(cohort: Cohort, asked: number, now: number): void {
    const listed = this.#plugins.answer(cohort, asked, this.#arrived);
    this.#rows.poll.add(this.#plugins.next(cohort, asked, now));
    if (listed > 0) {
      this.#spend(this.#plugins.listingMs(listed, asked));
      const acts = dueThen("act", now, listed);
      this.#rows.act.add(acts);
      this.#queue.put({ cohort: acts, from: 0, to: listed }, now);
    }
  }

  outcome(): Outcome {
    const { message, poll, act } = this.#lateness;
    const shareOf = (ms: number, seconds: number) => Math.min(1, ms / (seconds * SECOND_MS));
    return {
      ticks: this.#ticks.count,
      dueInTickMax: this.#ticks.dueMax,
      tickRowsRead: this.#ticks.rowsRead,
      tickReads: this.#ticks.reads,
      sent: message.total,
      missed: this.#missed,
      left: this.#arrived - message.total - this.#missed,
      backlogMax: this.#backlogMax,
      lateness: message.summary(),
      polls: poll.total,
      pollLateness: poll.summary(),
      obligationsListed: this.#plugins.listed,
      obligationsDone: act.total,
      actLateness: act.summary(),
      enqueued: this.#queue.enqueued,
      repeated: this.#repeated,
      queueMax: this.#queue.longest,
      busyShare: shareOf(this.#busyMs, MONTH_SECONDS),
      busyShareMax: shareOf(this.#busiestHourMs, HOUR_SECONDS),
    };
  }
}

const LEASED = { message: "messages", poll: "polls", act: "acts" } as const;

/** As many as the consumers that there may be at once can do, if the database were no limit. */
export function consumedPerSecond({ workBatch }: Product, { sendingMs }: Assumptions): number {
  return (LIMITS.queue.consumers * workBatch * SECOND_MS) / sendingMs;
}
