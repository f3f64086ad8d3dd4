/** Rows of one kind that fall due, as the tick sees them. Rows that are due in the same second are one cohort. */
import type { Ticked } from "./product.ts";

export type Kind = "message" | "poll" | "act";

export type Cohort = {
  readonly kind: Kind;
  /** When it was to be done, in seconds. */
  readonly dueAt: number;
  /** Where it stands in the index: `dueAt`, or the end of the lease of a try that died. */
  readonly indexAt: number;
  readonly size: number;
  /** Rows are done in order, so the first `done` of them are no longer in the index. */
  done: number;
  /** Of polls: when it is asked again. */
  readonly everySeconds: number;
};

/** Queue messages of a cohort's rows `from` (done first) up to `to`. */
export type Entry = { readonly cohort: Cohort; from: number; readonly to: number };

export type Tick = { readonly entries: Entry[]; readonly rows: number; readonly pages: number };

export class DueRows {
  readonly #ticked: Ticked;
  /** What no tick has come to yet, by its place in the index. */
  readonly #later = new Map<number, Cohort[]>();
  /** What ticks look at, in the order of the index. */
  #cohorts: Cohort[] = [];
  #head = 0;
  #loadedUntil = -1;

  constructor(ticked: Ticked) {
    this.#ticked = ticked;
  }

  /** Rows for their place in the index. */
  add(cohort: Cohort): void {
    const { indexAt } = cohort;
    if (indexAt <= this.#loadedUntil) {
      this.#cohorts.push(cohort);
      return;
    }
    const known = this.#later.get(indexAt);
    if (known === undefined) {
      this.#later.set(indexAt, [cohort]);
    } else {
      known.push(cohort);
    }
  }

  /** What the tick of that second reads and enqueues: the first rows of the index, whether they are in the queue or not. */
  tick(now: number): Tick {
    const { aheadSeconds, rowsPerTick, rowsPerPage } = this.#ticked;
    while (this.#loadedUntil < now + aheadSeconds) {
      this.#loadedUntil += 1;
      for (const cohort of this.#later.get(this.#loadedUntil) ?? []) {
        this.#cohorts.push(cohort);
      }
      this.#later.delete(this.#loadedUntil);
    }
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
    const pages = Math.min(rowsPerTick / rowsPerPage, Math.floor(rows / rowsPerPage) + 1);
    return { entries, rows, pages };
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
