/**
 * Messages for later, obligations, changes, STOP, grants, quiet hours, the window's end, ticks and a queue that loses
 * and doubles, in any order: what the provider's stand-in got is held against what was promised.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { findBreaches } from "../support/delivery-oracle.ts";
import { DAY_MS, HOUR_MS, NOON } from "./support/policy.ts";
import { createStage, type Plan, Run, type Stage } from "./support/reminders.ts";

const CAPS = { dailyCapPerCustomer: 3, dailyCapPerPlugin: 2 };
/** What customers get for what they write. */
const ANSWERS = [
  "Hi",
  "You will get no more messages from us that you have not asked for. Write START to get them again.",
  "You will get messages from us again. Write STOP to stop them.",
];

let stage: Stage;
let now = NOON;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now });
  stage = await createStage(CAPS);
});
afterAll(() => {
  vi.useRealTimers();
});

type Step =
  | { do: "schedule" | "request"; plan: Plan }
  | { do: "list"; customer: number }
  | { do: "edit"; which: number; minutes: number | null }
  | { do: "cancel"; which: number }
  | { do: "write"; customer: number; text: "Hello" | "STOP" | "START" }
  | { do: "grant"; isGranted: boolean }
  | { do: "quiet"; hours: { allowUrgent: boolean } | null }
  | { do: "pass" | "work"; minutes: number }
  | { do: "tick" | "minute" }
  | { do: "deliver"; fates: number[]; isReversed: boolean };

const just = fc.constant;
const customer = fc.constantFrom(0, 0, 0, 0, 1);
const which = fc.constantFrom(0, 0, 1, 2, 5);

const plan: fc.Arbitrary<Plan> = fc.record({
  customer,
  isPlugins: fc.constantFrom(true, true, false),
  inMinutes: fc.constantFrom(1, 5, 5, 30, 60, 200, 700),
  shared: fc.constantFrom(null, null, 0, 1),
  hasTemplate: fc.boolean(),
  isUrgent: fc.boolean(),
  whenClosed: fc.constantFrom("block", "block", "hold"),
  lateMinutes: fc.constantFrom(1, 60, 1_440),
  times: fc.constantFrom(1, 1, 1, 2),
});
const fates = fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: 1, maxLength: 4 });

const schedule = fc.record({ do: just("schedule" as const), plan });
const deliver = fc.record({ do: just("deliver" as const), fates, isReversed: fc.boolean() });
const hello = fc.record({ do: just("write" as const), customer, text: just("Hello" as const) });

/** What may happen while a message is on its way. */
const change: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: just("edit" as const), which, minutes: fc.constantFrom(null, 5, 300) }),
  fc.record({ do: just("cancel" as const), which }),
  fc.record({
    do: just("write" as const),
    customer,
    text: fc.constantFrom("Hello" as const, "STOP" as const, "START" as const),
  }),
  fc.record({ do: just("grant" as const), isGranted: fc.constantFrom(true, true, false) }),
  deliver,
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: schedule },
  { weight: 2, arbitrary: fc.record({ do: just("request" as const), plan }) },
  { weight: 2, arbitrary: fc.record({ do: just("list" as const), customer }) },
  { weight: 4, arbitrary: change },
  { weight: 2, arbitrary: hello },
  {
    weight: 2,
    arbitrary: fc.record({
      do: just("quiet" as const),
      hours: fc.constantFrom(null, { allowUrgent: true }, { allowUrgent: false }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: just("pass" as const), minutes: fc.constantFrom(1, 5, 30, 200, 1_441) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: just("work" as const), minutes: fc.constantFrom(6, 6, 61, 240, 720) }),
  },
  { weight: 2, arbitrary: fc.record({ do: just("tick" as const) }) },
);

/** Messages that become due, are enqueued, and are delivered while other things happen at the same time. */
const rush: fc.Arbitrary<Step[][]> = fc
  .record({
    asked: fc.array(fc.oneof(schedule, fc.record({ do: just("request" as const), plan })), {
      minLength: 1,
      maxLength: 3,
    }),
    isEnqueuedBefore: fc.boolean(),
    delivery: deliver,
    changes: fc.array(fc.oneof(change, fc.record({ do: just("minute" as const) })), {
      minLength: 1,
      maxLength: 4,
    }),
    first: fc.boolean(),
  })
  .map(({ asked, isEnqueuedBefore, delivery, changes, first }) => {
    const soon = asked.map((one) => [{ ...one, plan: { ...one.plan, inMinutes: 5 } }]);
    const wait: Step = { do: "pass", minutes: 5 };
    const tick: Step = { do: "tick" };
    return [
      ...soon,
      ...(isEnqueuedBefore ? [[tick], [wait]] : [[wait], [tick]]),
      first ? [delivery, ...changes] : [...changes, delivery],
    ];
  });

async function take(run: Run, next: Step): Promise<void> {
  switch (next.do) {
    case "schedule":
    case "request":
      return run[next.do](next.plan);
    case "list":
      return run.list(next.customer);
    case "edit":
      return run.edit(next.which, next.minutes);
    case "cancel":
      return run.cancel(next.which);
    case "write":
      return run.write(next.customer, next.text);
    case "grant":
      return run.grant(next.isGranted);
    case "quiet":
      return run.quiet(next.hours);
    case "pass":
      vi.setSystemTime(Date.now() + next.minutes * 60_000);
      return run.ring();
    case "work":
      return run.work(next.minutes);
    case "tick":
    case "minute":
      return run[next.do]();
    case "deliver":
      return run.deliver(next);
  }
}

/** How messages ended, and why they were held on the way. */
type Ends = Set<string>;

/** Each group's steps at once, one group after the other, and then days in which everything works. */
async function play(groups: readonly (readonly Step[])[], ends: Ends): Promise<void> {
  const run = new Run(stage);
  const unwatch = run.log.watch();
  try {
    await run.start(now);
    for (const group of groups) {
      await Promise.all(group.map((next) => take(run, next)));
    }
    await run.finish();
  } finally {
    unwatch();
    now = NOON + Math.ceil((Date.now() - NOON) / DAY_MS + 2) * DAY_MS;
  }
  const [kenya = "", india = ""] = run.phones;
  const settings = {
    zones: { [kenya]: 3 * HOUR_MS, [india]: 5.5 * HOUR_MS },
    customerCap: CAPS.dailyCapPerCustomer,
    pluginCap: CAPS.dailyCapPerPlugin,
    duplicateMs: HOUR_MS,
    answers: ANSWERS,
  };
  expect(findBreaches(run.log.entries, settings)).toEqual([]);
  for (const reason of run.heldFor) {
    ends.add(`held ${reason}`);
  }
  for (const entry of run.log.entries) {
    if (entry.what === "ended") {
      ends.add(entry.reason === null ? entry.state : `${entry.state} ${entry.reason}`);
    }
  }
}

/** Shrinking a failure takes many times as long: leave `endOnFailure` out to have it done. */
const BOUNDS = { numRuns: 20, endOnFailure: true };

/** Half a minute on a machine of one's own; much more beside other suites. */
const MOST_MS = 240_000;

/** Runs that never came to these would prove little. */
const EVERYWHERE = [
  "sent",
  "cancelled",
  "missed too_late",
  "blocked opted_out",
  "blocked outside_window",
  "blocked grant_revoked",
  "blocked duplicate",
  "held quiet_hours",
  "held plugin_cap",
  "held customer_cap",
];

it(
  "[POLICY-17] whatever is asked, changed and lost in whatever order, no message breaks the policy",
  async () => {
    const ends: Ends = new Set();
    const groups = fc.array(
      step.map((one) => [one]),
      { minLength: 8, maxLength: 40 },
    );
    const property = fc.asyncProperty(groups, (steps) => play(steps, ends));
    await fc.assert(property, { ...BOUNDS, seed: 20_300_604 });
    expect(EVERYWHERE.filter((end) => !ends.has(end))).toEqual([]);
  },
  MOST_MS,
);

it(
  "[POLICY-18] whatever happens side by side, no message breaks the policy",
  async () => {
    const ends: Ends = new Set();
    const groups = fc
      .array(
        fc.oneof(
          step.map((one) => [[one]]),
          rush,
          rush,
        ),
        { minLength: 3, maxLength: 7 },
      )
      .map((parts) => parts.flat());
    const property = fc.asyncProperty(groups, (steps) => play(steps, ends));
    await fc.assert(property, { ...BOUNDS, seed: 20_300_605 });
    expect(EVERYWHERE.filter((end) => !ends.has(end))).toEqual([]);
  },
  MOST_MS,
);
