/** When an event is tried again. Pure. */
import { JITTER, RETRY_AFTER_MAX_MS, TRY_OFFSETS_MS } from "./limits.ts";

type Tried = {
  /** Tries made, the last one included; at least 1. */
  readonly attempts: number;
  /** Epoch ms. */
  readonly firstAttemptAt: number;
  readonly now: number;
  /** What the other side asked for. */
  readonly retryAfterSeconds: number | null;
  /** 0 up to 1. */
  readonly random: number;
};

/**
 * Epoch ms of the next try, or null when there is none any more. Counted from the first try, never before the pause of
 * the schedule's step has passed, and not before the other side wants it.
 */
export function nextTryAt({
  attempts,
  firstAttemptAt,
  now,
  retryAfterSeconds,
  random,
}: Tried): number | null {
  const offset = TRY_OFFSETS_MS[attempts];
  if (offset === undefined) {
    return null;
  }
  const pause = offset - (TRY_OFFSETS_MS[attempts - 1] ?? 0);
  const planned = firstAttemptAt + offset;
  const due = planned > now ? planned : now + pause;
  const wanted = now + Math.min((retryAfterSeconds ?? 0) * 1_000, RETRY_AFTER_MAX_MS);
  return Math.round(Math.max(due, wanted) + random * JITTER * pause);
}

/** Seconds of a `Retry-After` header: a number, or a date (RFC 9110, 10.2.3). Null without a usable one. */
export function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null) {
    return null;
  }
  if (/^\d{1,7}$/.test(header.trim())) {
    return Number(header);
  }
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1_000));
}
