/** What happens outside of the platform, told to a test that wants to strike just then. */
export type Moments<Moment extends string> = {
  /** `text` is what it is about. */
  readonly pass: (moment: Moment, text: string) => void;
  /** The first such moment about a text that holds `mark`. */
  readonly next: (moment: Moment, mark: string) => Promise<void>;
};

export function createMoments<Moment extends string>(): Moments<Moment> {
  const waiting = new Set<(moment: Moment, text: string) => void>();
  return {
    pass: (moment, text) => {
      for (const hear of waiting) {
        hear(moment, text);
      }
    },
    next: (wanted, mark) =>
      new Promise((resolve) => {
        const hear = (moment: Moment, text: string) => {
          if (moment === wanted && text.includes(mark)) {
            waiting.delete(hear);
            resolve();
          }
        };
        waiting.add(hear);
      }),
  };
}
