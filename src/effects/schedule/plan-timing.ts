import type { Recurrence, SendAt } from "../../contract/schedule.ts";
import type { Issue } from "../../kernel/errors.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { isTimeZone } from "../../kernel/time-zone.ts";
import { AHEAD_MAX_MS, OCCURRENCES_MAX, SECOND_MS } from "./limits.ts";
import { formatWallClock, instantsOf, parseWallClock, toWallClock } from "./local-time.ts";
import { instantOfStep, type Timing } from "./recurrence.ts";

export type PlannedTiming = {
  readonly timing: Timing;
  /** Whether it is meant by the clock of a place, and shown with it. */
  readonly isLocal: boolean;
  /** Epoch ms of the first sending. */
  readonly firstAt: number;
  readonly steps: number;
};

export type AskedTime = {
  readonly sendAt: SendAt;
  /** With a `sendAt` that names none. */
  readonly timeZone?: string | undefined;
  readonly recurrence: Recurrence | null;
};

/**
 * When it is to be sent, from what somebody asked for; every problem with a pointer. An instant recurs by the clock of
 * its zone, or of UTC. `now` in epoch ms.
 */
export function planTiming(
  { sendAt, timeZone, recurrence }: AskedTime,
  now: number,
): Result<PlannedTiming, readonly Issue[]> {
  const start = readStart(sendAt, timeZone);
  if (!start.ok) {
    return err([...start.error, ...findEndIssues(recurrence)]);
  }
  const timing: Timing = { ...start.value, recurrence };
  const firstAt = instantOfStep(timing, 0);
  const issues: Issue[] = [...findEndIssues(recurrence)];
  const pointer = typeof sendAt === "string" ? "/sendAt" : "/sendAt/localTime";
  if (firstAt <= now) {
    issues.push({ pointer, code: "in_the_past", message: "must be in the future" });
  }
  if (firstAt > now + AHEAD_MAX_MS) {
    issues.push({ pointer, code: "too_far_ahead", message: "must be within two years" });
  }
  if (issues.length > 0) {
    return err(issues);
  }
  const steps = countSteps(timing, firstAt, now);
  const isLocal = typeof sendAt !== "string" || timeZone !== undefined;
  return typeof steps === "number" ? ok({ timing, isLocal, firstAt, steps }) : err([steps]);
}

type Start = Result<Omit<Timing, "recurrence">, readonly Issue[]>;

const HAS_OFFSET = /(Z|[+-]\d{2}:\d{2})$/;

function readStart(sendAt: SendAt, timeZone: string | undefined): Start {
  if (typeof sendAt !== "string") {
    const twice = { pointer: "/timeZone", code: "two_zones", message: "stands in `sendAt` already" };
    return timeZone === undefined
      ? readLocal(sendAt, { time: "/sendAt/localTime", zone: "/sendAt/timeZone" })
      : err([twice]);
  }
  if (!HAS_OFFSET.test(sendAt)) {
    const message = "needs an offset such as +03:00, or a `timeZone` beside it";
    return timeZone === undefined
      ? err([{ pointer: "/sendAt", code: "without_zone", message }])
      : readLocal({ localTime: sendAt, timeZone }, { time: "/sendAt", zone: "/timeZone" });
  }
  // Never early, and clocks show no fractions.
  const at = Math.ceil(Date.parse(sendAt) / SECOND_MS) * SECOND_MS;
  if (timeZone === undefined) {
    return ok({ wallClock: at, timeZone: "UTC", whenTwice: "earlier" });
  }
  if (!isTimeZone(timeZone)) {
    return err([unknownZone("/timeZone")]);
  }
  const wallClock = toWallClock(at, timeZone);
  const isSecond = instantsOf(wallClock, timeZone).instants[1] === at;
  return ok({ wallClock, timeZone, whenTwice: isSecond ? "later" : "earlier" });
}

/** `pointers`: where the two stand in the request. */
function readLocal(
  { localTime, timeZone, whenTwice = "earlier" }: Exclude<SendAt, string>,
  pointers: { readonly time: string; readonly zone: string },
): Start {
  const wallClock = parseWallClock(localTime);
  const issues: Issue[] = [];
  if (wallClock === null) {
    issues.push({
      pointer: pointers.time,
      code: "no_such_day",
      message: "must be a day that exists and a time from 00:00 to 23:59",
    });
  }
  if (!isTimeZone(timeZone)) {
    issues.push(unknownZone(pointers.zone));
  }
  if (wallClock === null || issues.length > 0) {
    return err(issues);
  }
  const { insteadOfGap } = instantsOf(wallClock, timeZone);
  return insteadOfGap === null
    ? ok({ wallClock, timeZone, whenTwice })
    : err([
        {
          pointer: pointers.time,
          code: "no_such_time",
          message: `is skipped in ${timeZone} when the clocks are put forward; use ${formatWallClock(insteadOfGap).slice(0, 16)}`,
        },
      ]);
}

function unknownZone(pointer: string): Issue {
  return {
    pointer,
    code: "unknown_time_zone",
    message: "must be a time zone of the IANA list, such as Africa/Nairobi",
  };
}

function findEndIssues(recurrence: Recurrence | null): Issue[] {
  if (recurrence === null) {
    return [];
  }
  const { until, count } = recurrence;
  if (until === undefined && count === undefined) {
    return [{ pointer: "/recurrence", code: "without_end", message: "needs `until` or `count`" }];
  }
  if (until !== undefined && count !== undefined) {
    return [{ pointer: "/recurrence/count", code: "two_ends", message: "must be left out beside `until`" }];
  }
  return (count ?? 1) > OCCURRENCES_MAX ? [tooMany("/recurrence/count")] : [];
}

function tooMany(pointer: string): Issue {
  return { pointer, code: "too_many", message: `must not come to more than ${OCCURRENCES_MAX} messages` };
}

function countSteps(timing: Timing, firstAt: number, now: number): number | Issue {
  const { recurrence } = timing;
  if (recurrence === null) {
    return 1;
  }
  const { until, count } = recurrence;
  const pointer = until === undefined ? "/recurrence/count" : "/recurrence/until";
  const tooFar = { pointer, code: "too_far_ahead", message: "must end within two years" };
  if (count !== undefined) {
    return instantOfStep(timing, count - 1) > now + AHEAD_MAX_MS ? tooFar : count;
  }
  const end = Date.parse(until ?? "");
  if (end < firstAt) {
    return { pointer, code: "before_start", message: "must not be before the first message" };
  }
  if (end > now + AHEAD_MAX_MS) {
    return tooFar;
  }
  let steps = 1;
  while (instantOfStep(timing, steps) <= end) {
    steps += 1;
    if (steps > OCCURRENCES_MAX) {
      return tooMany(pointer);
    }
  }
  return steps;
}
