/** Time as a value that is handed in, so that a test can move it. `now()` is epoch milliseconds. */
export type Clock = { now(): number };

export const systemClock: Clock = { now: () => Date.now() };
