/** The `work` queue: first in, first out, once a message's delay is over. */
import type { Entry } from "./due-rows.ts";

/** Entries that are over are forgotten in runs of so many. */
const FORGET = 100_000;

export class WorkQueue {
  /** By the second at which the delay ends; the places of seconds that are over are used again. */
  readonly #delayed: readonly Entry[][];
  #waiting: Entry[] = [];
  #head = 0;
  #length = 0;
  #longest = 0;
  #enqueued = 0;

  /** `delayMax` in seconds: no message has a longer one. */
  constructor(delayMax: number) {
    this.#delayed = Array.from({ length: delayMax + 1 }, () => []);
  }

  /** Messages that were put in so far, and that waited at most. */
  get enqueued(): number {
    return this.#enqueued;
  }

  get longest(): number {
    return this.#longest;
  }

  /** Puts messages in, each for the second at which its row stands in the index, or for now. */
  put(entry: Entry, now: number): void {
    this.#enqueued += entry.to - entry.from;
    const at = entry.cohort.indexAt;
    if (at <= now) {
      this.#wait(entry);
      return;
    }
    this.#delayed[at % this.#delayed.length]?.push(entry);
  }

  /** Ends the delays of that second. */
  advance(now: number): void {
    const over = this.#delayed[now % this.#delayed.length];
    if (over !== undefined && over.length > 0) {
      for (const entry of over) {
        this.#wait(entry);
      }
      over.length = 0;
    }
    this.#longest = Math.max(this.#longest, this.#length);
  }

  /** What is next, or undefined when nothing waits. */
  first(): Entry | undefined {
    return this.#waiting[this.#head];
  }

  /** Takes so many messages out of the first entry. */
  take(entry: Entry, count: number): void {
    entry.from += count;
    this.#length -= count;
    if (entry.from >= entry.to) {
      this.#head += 1;
    }
    if (this.#head > FORGET) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }

  #wait(entry: Entry): void {
    this.#waiting.push(entry);
    this.#length += entry.to - entry.from;
  }
}
