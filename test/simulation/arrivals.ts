/** When messages and obligations fall due: seconds of a month. */
import { instantOfStep } from "../../src/effects/schedule/recurrence.ts";
import type { Random } from "./random.ts";

const DAYS = 30;
export const MONTH_SECONDS = DAYS * 86_400;
/** The month that is played, in which Europe and America put their clocks forward. */
const MONTH_START = Date.parse("2027-03-02T00:00:00Z");

export const PROFILES = ["even", "daily", "at once"] as const;
export type Profile = (typeof PROFILES)[number];

/** Where customers live, and how many of a hundred. */
const ZONES = [
  ["Africa/Nairobi", 40],
  ["Africa/Lagos", 25],
  ["Africa/Johannesburg", 15],
  ["Europe/Berlin", 10],
  ["Asia/Kolkata", 5],
  ["America/New_York", 5],
] as const;

/** Of a hundred messages of a day: so many at nine sharp, at other full hours, and at the other quarters. */
const AT_NINE = 50;
const AT_FULL_HOURS = 30;
const AT_QUARTERS = 20;
const FIRST_HOUR = 8;
const LAST_HOUR = 19;
/** Of a hundred messages of the month, so many more on its first day than on another. */
const ON_FIRST_DAY = 10;

/** Seconds of the month in which something is due, in order, and the share of the month's messages in each. */
type Shares = { readonly seconds: Uint32Array; readonly shares: Float64Array };

/** Null where every second has the same. */
const SHARES: Readonly<Record<Profile, Shares | null>> = {
  even: null,
  daily: dailyShares(),
  "at once": { seconds: Uint32Array.of(9 * 3_600), shares: Float64Array.of(1) },
};

function dailyShares(): Shares {
  const shares = new Map<number, number>();
  for (const [timeZone, percent] of ZONES) {
    for (const [timeOfDay, weight] of timesOfDay()) {
      const wallClock = MONTH_START + timeOfDay;
      const timing = { wallClock, timeZone, whenTwice: "earlier", recurrence: { every: "day" } } as const;
      for (let day = 0; day < DAYS; day++) {
        const second = (instantOfStep(timing, day) - MONTH_START) / 1_000;
        // America's last evening lies in the next month; it stands for the one before this month.
        const within = (second + MONTH_SECONDS) % MONTH_SECONDS;
        const percentOfDay = (day === 0 ? ON_FIRST_DAY : 0) + (100 - ON_FIRST_DAY) / DAYS;
        shares.set(within, (shares.get(within) ?? 0) + (percent / 100) * weight * (percentOfDay / 100));
      }
    }
  }
  const sorted = [...shares].sort(([a], [b]) => a - b);
  return {
    seconds: Uint32Array.from(sorted, ([second]) => second),
    shares: Float64Array.from(sorted, ([, share]) => share),
  };
}

/** Wall clocks of a day, in ms since midnight, with their share of it. */
function timesOfDay(): [number, number][] {
  const times: [number, number][] = [];
  const hours = LAST_HOUR - FIRST_HOUR + 1;
  for (let hour = FIRST_HOUR; hour <= LAST_HOUR; hour++) {
    const full = hour === 9 ? AT_NINE : AT_FULL_HOURS / (hours - 1);
    times.push([hour * 3_600_000, full / 100]);
    for (const quarter of [15, 30, 45]) {
      times.push([hour * 3_600_000 + quarter * 60_000, AT_QUARTERS / hours / 3 / 100]);
    }
  }
  return times;
}

/** More than so many are not drawn one by one: each second then gets what is to be expected. */
const DRAWN_AT_MOST = 1_000_000;

/** How many of `count` fall due in each second of the month. They add up to `count`. */
export function arrivalsOf(profile: Profile, count: number, random: Random): Uint32Array {
  const perSecond = new Uint32Array(MONTH_SECONDS);
  const placed = SHARES[profile];
  if (count <= DRAWN_AT_MOST) {
    const draw = placed === null ? () => Math.floor(random.next() * MONTH_SECONDS) : drawFrom(placed, random);
    for (let index = 0; index < count; index++) {
      const second = draw();
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
    return perSecond;
  }
  const upTo = placed === null ? null : cumulated(placed);
  const seconds = upTo?.length ?? MONTH_SECONDS;
  let given = 0;
  for (let index = 0; index < seconds; index++) {
    const due = Math.round(count * (upTo?.[index] ?? (index + 1) / seconds));
    perSecond[placed?.seconds[index] ?? index] = due - given;
    given = due;
  }
  return perSecond;
}

/** The share of the month that lies in each of the seconds and those before it; the last is 1. */
function cumulated({ shares }: Shares): Float64Array {
  const whole = shares.reduce((all, share) => all + share, 0);
  let sum = 0;
  return shares.map((share, index) => {
    sum += share;
    return index === shares.length - 1 ? 1 : sum / whole;
  });
}

function drawFrom(placed: Shares, random: Random): () => number {
  const upTo = cumulated(placed);
  return () => placed.seconds[firstAtLeast(upTo, random.next())] ?? 0;
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The largest share of a month that falls due within one minute. */
export function peakMinuteShare(profile: Profile): number {
  const placed = SHARES[profile];
  if (placed === null) {
    return 60 / MONTH_SECONDS;
  }
  const minutes = new Float64Array(MONTH_SECONDS / 60);
  for (const [index, second] of placed.seconds.entries()) {
    const minute = Math.floor(second / 60);
    minutes[minute] = (minutes[minute] ?? 0) + (placed.shares[index] ?? 0);
  }
  return minutes.reduce((most, share) => Math.max(most, share), 0);
}
