/** Clocks of places, by what every JavaScript runtime knows of them. Local times look like 2026-12-01T09:30. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Whether the runtime knows the zone, such as Africa/Nairobi. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Epoch ms at which the clock of that place shows the time. NaN for a text that is no time. */
export function instantOf(localTime: string, timeZone: string): number {
  const asIfUtc = Date.parse(`${localTime}:00Z`);
  if (Number.isNaN(asIfUtc)) {
    return asIfUtc;
  }
  // The offset of the guess may be that of the other side of a change of clocks, so it is looked at twice.
  const guess = asIfUtc - offsetAt(asIfUtc, timeZone);
  return asIfUtc - offsetAt(guess, timeZone);
}

/** What the clock of that place shows. */
export function localTimeOf(instant: number, timeZone: string): string {
  return shownAt(instant, timeZone).slice(0, "2026-12-01T09:30".length);
}

/** The same for people, such as "Tuesday, 1 December 2026 at 09:30". */
export function dayAndTime(instant: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "full", timeStyle: "short" }).format(
    instant,
  );
}

/** The day before the instant, on the calendar of that place, at that time of day. */
export function dayBefore(instant: number, timeZone: string, timeOfDay: string): string {
  const [today = ""] = shownAt(instant, timeZone).split("T");
  const yesterday = new Date(Date.parse(`${today}T00:00:00Z`) - DAY_MS).toISOString().slice(0, today.length);
  return `${yesterday}T${timeOfDay}`;
}

function offsetAt(instant: number, timeZone: string): number {
  return Date.parse(`${shownAt(instant, timeZone)}Z`) - Math.floor(instant / 1_000) * 1_000;
}

/** Swedes write dates as ISO 8601 does. */
function shownAt(instant: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return format.format(instant).replace(" ", "T");
}
