/**
 * A circuit breaker per installation, in isolate memory: a plugin that is down answers at once instead of
 * holding every customer for a time-out. Each isolate finds out for itself; that bounds the harm without a
 * shared counter on the hot path.
 */
import QuickLRU from "quick-lru";
import { BREAKER_COOL_DOWN_MS, BREAKER_FAILURES, ISOLATE_ENTRIES } from "./limits.ts";

export type Breaker = {
  /** Whether a call may go out now. After the cool-down one call is let through, the rest still wait. */
  permits(installationId: string, now: number): boolean;
  /** Tells how a permitted call ended. */
  report(installationId: string, succeeded: boolean, now: number): void;
};

type State = { failures: number; opensAt: number };

export function createBreaker(): Breaker {
  const states = new QuickLRU<string, State>({ maxSize: ISOLATE_ENTRIES });
  return {
    permits(installationId, now) {
      const state = states.get(installationId);
      if (state === undefined || state.failures < BREAKER_FAILURES) {
        return true;
      }
      if (now < state.opensAt) {
        return false;
      }
      // Half open: this caller looks, the others wait another cool-down unless it succeeds.
      state.opensAt = now + BREAKER_COOL_DOWN_MS;
      return true;
    },
    report(installationId, succeeded, now) {
      if (succeeded) {
        states.delete(installationId);
        return;
      }
      const state = states.get(installationId) ?? { failures: 0, opensAt: 0 };
      state.failures += 1;
      state.opensAt = now + BREAKER_COOL_DOWN_MS;
      states.set(installationId, state);
    },
  };
}
