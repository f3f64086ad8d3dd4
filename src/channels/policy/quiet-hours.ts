/** When a merchant lets customers sleep. Pure. */
import type { QuietHours } from "../../contract/policy.ts";
import { QUIET_SEARCH_MS } from "./limits.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * When it is not quiet any more in any of the zones, epoch ms; null when it is quiet in none now. Where the hours never
 * end at the same time everywhere, as in a country of many zones, the first zone alone counts.
 */
export function quietUntil(hours: QuietHours, timeZones: readonly string[], now: number): number | null {
  const until = endEverywhere(hours, timeZones, now);
  if (until - now <= QUIET_SEARCH_MS) {
    return until === now ? null : until;
  }
  const alone = endEverywhere(hours, timeZones.slice(0, 1), now);
  return alone === now ? null : alone;
}

function endEverywhere(hours: QuietHours, timeZones: readonly string[], now: number): number {
  let until = now;
  for (;;) {
    const later = Math.max(...timeZones.map((zone) => endOf(hours, zone, until)));
    if (later === until || later - now > QUIET_SEARCH_MS) {
      return later;
    }
    until = later;
  }
}

/** `at` itself when it is not quiet there then, else the end of the quiet hours; always later than `at`. */
function endOf({ from, to }: QuietHours, zone: string, at: number): number {
  const start = minutesOf(from);
  const end = minutesOf(to);
  const local = localMinutes(zone, at);
  const isQuiet = start <= end ? local >= start && local < end : local >= start || local < end;
  if (!isQuiet) {
    return at;
  }
  const guess = at - (at % MINUTE_MS) + wrap(end - local) * MINUTE_MS;
  // Clocks may be changed in between; where they skip the end itself, the next look finds the rest.
  const drift = wrap(end - localMinutes(zone, guess) + DAY_MINUTES / 2) - DAY_MINUTES / 2;
  return Math.max(guess + drift * MINUTE_MS, at - (at % MINUTE_MS) + MINUTE_MS);
}

const wrap = (minutes: number): number => ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;

function minutesOf(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The time of day there, in minutes. Throws a `RangeError` for a zone that there is not. */
function localMinutes(zone: string, at: number): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    clocks.set(zone, clock);
  }
  return minutesOf(clock.format(at));
}
