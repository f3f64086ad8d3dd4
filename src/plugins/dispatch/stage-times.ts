/** Durations of a call's stages for the `Server-Timing` header. A Worker's clock moves only when it waits for I/O. */
export type StageTimes = {
  /** Ends the stage that is under way and gives it a name. */
  mark(stage: string): void;
  toString(): string;
};

export function startStageTimes(now: () => number = () => performance.now()): StageTimes {
  const startedAt = now();
  let last = startedAt;
  let header = "";
  return {
    mark(stage) {
      const at = now();
      header += `${stage};dur=${(at - last).toFixed(2)}, `;
      last = at;
    },
    toString: () => `${header}total;dur=${(now() - startedAt).toFixed(2)}`,
  };
}
