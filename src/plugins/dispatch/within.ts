/** What a piece of work came to within its time. */
export type Ended<T> = { readonly timedOut: false; readonly value: T } | { readonly timedOut: true };

/** Runs the work with a signal that is aborted when its time is up; then nobody waits for it any more. */
export async function within<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Ended<T>> {
  const deadline = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const ended = new Promise<Ended<T>>((resolve) => {
    timer = setTimeout(() => {
      deadline.abort();
      resolve({ timedOut: true });
    }, timeoutMs);
  });
  try {
    return await Promise.race([
      work(deadline.signal).then((value): Ended<T> => ({ timedOut: false, value })),
      ended,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
