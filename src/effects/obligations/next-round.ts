/** When an obligation is due again. Pure. */
import { HOUR_MS } from "./limits.ts";
import type { ObligationRow } from "./obligation-row.ts";

type Repeated = Pick<ObligationRow, "dueAt" | "everyHours" | "round" | "timesLeft">;
type Round = Pick<ObligationRow, "round" | "timesLeft"> & { readonly nextActAt: number };

/**
 * The round after this one, or null when it was the last. Rounds whose time has passed as well are left out: after an
 * outage nobody gets all of them at once.
 */
export function nextRound({ dueAt, everyHours, round, timesLeft }: Repeated, now: number): Round | null {
  if (everyHours === null) {
    return null;
  }
  const everyMs = everyHours * HOUR_MS;
  const last = round + timesLeft - 1;
  const next = Math.max(round + 1, Math.floor((now - dueAt) / everyMs) + 2);
  return next > last
    ? null
    : { round: next, timesLeft: last - next + 1, nextActAt: dueAt + (next - 1) * everyMs };
}

/** Epoch ms: when its present round is due. */
export function dueAtOf({ dueAt, everyHours, round }: Omit<Repeated, "timesLeft">): number {
  return dueAt + (round - 1) * (everyHours ?? 0) * HOUR_MS;
}
