/** When a plugin is asked again. Pure. */
import { POLL_INTERVAL_MAX_MS } from "./limits.ts";

const MINUTE_MS = 60_000;

/** Seconds on either side of the full minute that are left free: that is when everybody else's jobs run. */
const OFF_THE_MINUTE_MS = 5_000;

type Asked = {
  /** Gives the poll its place in the interval: always the same one, and another than its neighbours'. */
  readonly id: string;
  readonly intervalMinutes: number;
  /** Failures in a row. */
  readonly failures: number;
  /** Epoch ms. */
  readonly now: number;
};

/** Epoch ms: the poll's next place in its interval, which doubles with each failure up to a day. Never on the minute. */
export function nextPollAt({ id, intervalMinutes, failures, now }: Asked): number {
  const intervalMs = Math.min(
    intervalMinutes * MINUTE_MS * 2 ** Math.min(failures, 20),
    POLL_INTERVAL_MAX_MS,
  );
  const hash = hashOf(id);
  const minute = Math.floor(hash / MINUTE_MS) % (intervalMs / MINUTE_MS);
  const within = OFF_THE_MINUTE_MS + (hash % (MINUTE_MS - 2 * OFF_THE_MINUTE_MS));
  const place = minute * MINUTE_MS + within;
  const at = Math.floor(now / intervalMs) * intervalMs + place;
  return at > now ? at : at + intervalMs;
}

/** FNV-1a, 32 bits, with a final mix: ids that differ in their last letter land far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
