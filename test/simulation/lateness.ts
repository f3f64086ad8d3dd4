/** How late things were, in whole seconds. */

export type Lateness = { readonly p50: number; readonly p99: number; readonly max: number };

export class LatenessCounter {
  readonly #counts: number[] = [];
  #total = 0;

  /** `seconds` may be a fraction; it is rounded up, since nothing is done before its time. */
  add(seconds: number, count = 1): void {
    const whole = Math.ceil(seconds);
    this.#counts[whole] = (this.#counts[whole] ?? 0) + count;
    this.#total += count;
  }

  get total(): number {
    return this.#total;
  }

  /** Null when nothing was counted. */
  summary(): Lateness | null {
    return this.#total === 0
      ? null
      : { p50: this.#at(0.5), p99: this.#at(0.99), max: this.#counts.length - 1 };
  }

  #at(share: number): number {
    let seen = 0;
    for (const [seconds, count = 0] of this.#counts.entries()) {
      seen += count;
      if (seen >= share * this.#total) {
        return seconds;
      }
    }
    return this.#counts.length - 1;
  }
}
