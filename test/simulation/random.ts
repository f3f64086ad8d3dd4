/** Chance that comes out the same for the same seed. */

export type Random = {
  /** 0 up to, not including, 1. */
  readonly next: () => number;
  /** How many of `count` happen, each with that probability. */
  readonly howMany: (count: number, probability: number) => number;
};

/** Tries up to this many are made one by one; beyond, the number is drawn from the normal law. */
const ONE_BY_ONE = 64;

/** Mulberry32: 32 bits of state, good enough to spread messages over a month. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const howMany = (count: number, probability: number) => {
    if (count > ONE_BY_ONE) {
      const mean = count * probability;
      const drawn = Math.round(mean + normal() * Math.sqrt(mean * (1 - probability)));
      return Math.min(count, Math.max(0, drawn));
    }
    let happened = 0;
    for (let index = 0; index < count; index++) {
      happened += next() < probability ? 1 : 0;
    }
    return happened;
  };
  return { next, howMany };
}
