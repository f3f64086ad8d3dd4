/** Plugins that are asked what is due, at the places in their interval that the product gives them. */
import { nextPollAt } from "../../src/effects/obligations/next-poll-at.ts";
import type { Assumptions } from "./assumptions.ts";
import { type Cohort, dueThen } from "./due-rows.ts";
import type { Product } from "./product.ts";
import { databaseMs } from "./work-time.ts";

type Plugins = {
  readonly product: Product;
  readonly assumed: Assumptions;
  /** Of the whole month; 0 for no plugins at all. */
  readonly obligations: number;
};

/** What a plugin's failures have grown its pause to, once they are many. */
const MANY_FAILURES = 20;
const DAY_SECONDS = 86_400;

/** How many plugins such a number of obligations comes from. */
export function pluginsFor(obligations: number, { obligationsPerPlugin }: Assumptions): number {
  return Math.ceil(obligations / obligationsPerPlugin);
}

export class PluginPolls {
  readonly #product: Product;
  readonly #assumed: Assumptions;
  /** By the second within the interval: plugins that answer, and obligations that they have listed. */
  readonly #atPlace = new Map<number, { plugins: number; listed: number }>();
  readonly #everySeconds: number;
  readonly #well: number;
  readonly #first: Cohort[] = [];
  #listed = 0;

  constructor({ product, assumed, obligations }: Plugins) {
    this.#product = product;
    this.#assumed = assumed;
    this.#everySeconds = product.pollMinutes * 60;
    const plugins = pluginsFor(obligations, assumed);
    const failing = Math.floor(plugins * assumed.failingPlugins);
    this.#well = plugins - failing;
    const starts = new Map<string, number>();
    for (let index = 0; index < plugins; index++) {
      const isFailing = index < failing;
      const failures = isFailing ? MANY_FAILURES : 0;
      const id = `plugin ${index}`;
      const at = (failed: number) =>
        nextPollAt({ id, intervalMinutes: product.pollMinutes, failures: failed, now: 0 });
      const second = Math.floor(at(failures) / 1_000);
      const start = `${second} ${isFailing}`;
      starts.set(start, (starts.get(start) ?? 0) + 1);
      if (!isFailing) {
        const place = this.#atPlace.get(second % this.#everySeconds) ?? { plugins: 0, listed: 0 };
        this.#atPlace.set(second % this.#everySeconds, { ...place, plugins: place.plugins + 1 });
      }
    }
    for (const [start, size] of starts) {
      const [second, isFailing] = start.split(" ");
      const everySeconds = isFailing === "true" ? DAY_SECONDS : this.#everySeconds;
      this.#first.push(dueThen("poll", Number(second), size, everySeconds));
    }
  }

  /** Obligations that plugins have listed so far. */
  get listed(): number {
    return this.#listed;
  }

  /** When each is asked for the first time. */
  get first(): readonly Cohort[] {
    return this.#first;
  }

  /** When those that were asked now are asked again: at their place, whenever that comes next. */
  next({ dueAt, everySeconds }: Cohort, asked: number, now: number): Cohort {
    const rounds = Math.floor((now - dueAt) / everySeconds) + 1;
    return dueThen("poll", dueAt + rounds * everySeconds, asked, everySeconds);
  }

  /** How many new obligations so many of that place's plugins list, when `arrived` of all have fallen due. */
  answer({ dueAt, everySeconds }: Cohort, asked: number, arrived: number): number {
    const place = this.#atPlace.get(dueAt % this.#everySeconds);
    if (everySeconds !== this.#everySeconds || place === undefined || asked === 0) {
      return 0;
    }
    const open = Math.floor((arrived * place.plugins) / this.#well) - place.listed;
    const listed = Math.min(Math.floor((open * asked) / place.plugins), asked * this.#product.newPerPoll);
    place.listed += listed;
    this.#listed += listed;
    return listed;
  }

  /** What listing costs beyond polls that bring nothing. */
  listingMs(listed: number, asked: number): number {
    if (listed === 0) {
      return 0;
    }
    const bringing = Math.min(listed, asked);
    const more = databaseMs("pollListing", this.#assumed) - databaseMs("pollIdle", this.#assumed);
    const writes = Math.ceil(listed / bringing / this.#product.rowsPerWrite) - 1;
    return bringing * (more + writes * this.#assumed.writeMs);
  }
}
