/** How late things were, in whole seconds. */
import { MONTH_SECONDS } from "./arrivals.ts";

export type Lateness = { readonly p50: number; readonly p99: number; readonly max: number };

export class LatenessCounter {
  /** Nothing is later than the month is long, but for the sending's own time. */
  readonly #counts = new Uint32Array(MONTH_SECONDS + 60);
  #total = 0;
  #max = 0;

  /** `seconds` may be a fraction; it is rounded up, since nothing is done before its time. */
  add(seconds: number, count = 1): void {
    const whole = Math.ceil(seconds);
    this.#counts[whole] = (this.#counts[whole] ?? 0) + count;
    this.#total += count;
    this.#max = count > 0 ? Math.max(this.#max, whole) : this.#max;
  }

  get total(): number {
    return this.#total;
  }

  /** Null when nothing was counted. */
  summary(): Lateness | null {
    return this.#total === 0 ? null : { p50: this.#at(0.5), p99: this.#at(0.99), max: this.#max };
  }

  #at(share: number): number {
    let seen = 0;
    let second = 0;
    for (; second < this.#max; second++) {
      seen += this.#counts[second] ?? 0;
      if (seen >= share * this.#total) {
        break;
      }
    }
    return second;
  }
}
