/** Rows of one kind that fall due, as the tick sees them. Rows that are due in the same second are one cohort. */
import type { Ticked } from "./product.ts";

export type Kind = "message" | "poll" | "act";

export type Cohort = {
  readonly kind: Kind;
  /** When it was to be done, in seconds. */
  readonly dueAt: number;
  /** Where it stands in the index: `dueAt`, or the end of the lease of a try that died. */
  readonly indexAt: number;
  size: number;
  /** Rows are done in order, so the first `done` of them are no longer in the index. */
  done: number;
  /** Of polls: when it is asked again. */
  readonly everySeconds: number;
};

/** Queue messages of a cohort's rows `from` (done first) up to `to`. */
export type Entry = { readonly cohort: Cohort; from: number; readonly to: number };

export type Tick = { readonly entries: Entry[]; readonly rows: number; readonly pages: number };

/**
 * Behind so many seconds that have something left, those of one tick are taken together, as of its last: all of it is
 * later than that makes a difference.
 */
const BEHIND_COHORTS = 3_600;

const NOTHING = new Uint32Array(0);

export class DueRows {
  readonly #ticked: Ticked;
  /** How many messages fall due in each second by themselves. */
  readonly #arrivals: Uint32Array;
  /** What no tick has come to yet, by its place in the index. */
  readonly #later = new Map<number, Cohort[]>();
  /** What ticks look at, in the order of the index. */
  #cohorts: Cohort[] = [];
  #head = 0;
  #loadedUntil = -1;

  constructor(ticked: Ticked, arrivals: Uint32Array = NOTHING) {
    this.#ticked = ticked;
    this.#arrivals = arrivals;
  }

  /** Rows for their place in the index. What no tick has come to is in no queue, so that equal cohorts become one. */
  add(cohort: Cohort): void {
    const { indexAt, dueAt, everySeconds, size } = cohort;
    if (indexAt <= this.#loadedUntil) {
      this.#cohorts.push(cohort);
      return;
    }
    const known = this.#later.get(indexAt);
    const same = known?.find((other) => other.dueAt === dueAt && other.everySeconds === everySeconds);
    if (same !== undefined) {
      same.size += size;
    } else if (known !== undefined) {
      known.push(cohort);
    } else {
      this.#later.set(indexAt, [cohort]);
    }
  }

  /** What the tick of that second reads and enqueues: the first rows of the index, whether they are in the queue or not. */
  tick(now: number): Tick {
    const { aheadSeconds, rowsPerTick, rowsPerPage, readsWhenFull } = this.#ticked;
    this.#load(now + aheadSeconds);
    const entries: Entry[] = [];
    let room = rowsPerTick;
    for (let index = this.#firstOpen(); index < this.#cohorts.length && room > 0; index++) {
      const cohort = this.#cohorts[index];
      if (cohort !== undefined && cohort.done < cohort.size) {
        const rows = Math.min(room, cohort.size - cohort.done);
        entries.push({ cohort, from: cohort.done, to: cohort.done + rows });
        room -= rows;
      }
    }
    const rows = rowsPerTick - room;
    const pages =
      Math.min(rowsPerTick / rowsPerPage, Math.floor(rows / rowsPerPage) + 1) +
      (room === 0 ? readsWhenFull : 0);
    return { entries, rows, pages };
  }

  /** Takes in what is due until then. */
  #load(until: number): void {
    const first = this.#firstOpen();
    const isBehind = this.#cohorts.length - first > BEHIND_COHORTS;
    let together = 0;
    while (this.#loadedUntil < until) {
      this.#loadedUntil += 1;
      const at = this.#loadedUntil;
      const due = this.#arrivals[at] ?? 0;
      together += due;
      if (due > 0 && !isBehind) {
        this.#cohorts.push(dueThen("message", at, due));
      }
      const later = this.#later.size === 0 ? undefined : this.#later.get(at);
      if (later !== undefined) {
        this.#cohorts.push(...later);
        this.#later.delete(at);
      }
    }
    if (isBehind && together > 0) {
      this.#cohorts.push(dueThen("message", until, together));
    }
  }

  #firstOpen(): number {
    for (;;) {
      const cohort = this.#cohorts[this.#head];
      if (cohort === undefined || cohort.done < cohort.size) {
        break;
      }
      this.#head += 1;
    }
    if (this.#head > 10_000) {
      this.#cohorts = this.#cohorts.slice(this.#head);
      this.#head = 0;
    }
    return this.#head;
  }
}

/** Rows that fall due in that second. */
export function dueThen(kind: Kind, dueAt: number, size: number, everySeconds = 0): Cohort {
  return { kind, dueAt, indexAt: dueAt, size, done: 0, everySeconds };
}
