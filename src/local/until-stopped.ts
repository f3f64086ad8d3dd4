/**
 * Settles at the first Ctrl-C or SIGTERM; a second one ends the process at once, as usual. Call it when the
 * platform is up: miniflare's own listeners would exit on the spot, and stopping it in order is ours to do.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.removeAllListeners(signal);
      process.once(signal, () => resolve());
    }
  });
}
