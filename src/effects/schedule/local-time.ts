/**
 * Wall clocks and instants, by the time-zone rules that the runtime carries (`Intl`); workerd and Node have no
 * `Temporal`. A wall clock is kept as the epoch ms that it would be in UTC: `2026-12-01T09:00` is that of
 * `2026-12-01T09:00Z`.
 */
import { DAY_MS, SECOND_MS } from "./limits.ts";

/** One formatter per zone: making one takes far longer than using it. The runtime knows a few hundred zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(timeZone, made);
  return made;
}

/** What the clocks of the zone show at that instant (epoch ms), to the second. */
export function toWallClock(at: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The instants at which the clocks show it: none in a gap, two in an overlap, the earlier one first. */
export type Instants = {
  readonly instants: readonly number[];
  /** With a gap: the wall clock that stands in its place, later by as much as the clocks are put forward. */
  readonly insteadOfGap: number | null;
};

/** When the clocks of the zone show that wall clock. */
export function instantsOf(wallClock: number, timeZone: string): Instants {
  const offsetAt = (at: number) => toWallClock(at, timeZone) - Math.floor(at / SECOND_MS) * SECOND_MS;
  // No zone changes its clocks twice within two days.
  const [before, after] = [offsetAt(wallClock - DAY_MS), offsetAt(wallClock + DAY_MS)];
  const instants = [...new Set([before, after])]
    .map((offset) => wallClock - offset)
    .filter((at) => toWallClock(at, timeZone) === wallClock)
    .sort((a, b) => a - b);
  return { instants, insteadOfGap: instants.length > 0 ? null : wallClock + Math.abs(after - before) };
}

/**
 * The instant of a wall clock, whatever night it falls into: in a gap the one that stands in its place, in an overlap
 * the earlier one unless told.
 */
export function toInstant(
  wallClock: number,
  timeZone: string,
  whenTwice: "earlier" | "later" = "earlier",
): number {
  const { instants, insteadOfGap } = instantsOf(wallClock, timeZone);
  const [earlier = wallClock, later = earlier] =
    insteadOfGap === null ? instants : instantsOf(insteadOfGap, timeZone).instants;
  return whenTwice === "later" ? later : earlier;
}

/** A wall clock out of `2026-12-01T09:00`, seconds optional; null for a day that there is not. */
export function parseWallClock(text: string): number | null {
  const whole = text.length === 16 ? `${text}:00` : text;
  const at = Date.parse(`${whole}Z`);
  // `Date.parse` makes the second of March out of the thirtieth of February.
  return Number.isNaN(at) || formatWallClock(at) !== whole ? null : at;
}

/** `2026-12-01T09:00:00`. */
export function formatWallClock(wallClock: number): string {
  return new Date(wallClock).toISOString().slice(0, 19);
}
