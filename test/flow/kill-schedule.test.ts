/**
 * The platform's processes are killed a hundred times while a thousand scheduled messages of people and plugins go out,
 * and started again on the same storage; meanwhile customers write STOP, messages are changed and cancelled, and a grant
 * is revoked. Between two lives the rows are made older, which is a clock that moves on: each round finds about ten
 * messages due, and what the kill before it has cut off. The stand-in of the channel lives on, and its log is the proof.
 */
import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { D1Database } from "@cloudflare/workers-types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readUntil } from "../../src/local/demo/poll.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";
import { ageRows } from "./support/age-rows.ts";
import { withDeadDatabase } from "./support/dead-database.ts";
import { createRandom } from "./support/random.ts";
import { findFaults, type Outcome, type Row, type Told } from "./support/schedule-books.ts";
import { createDeeds } from "./support/schedule-deeds.ts";
import {
  ANY_MARK,
  type Customer,
  createChoices,
  type Planned,
  planCustomers,
  planMessages,
  roundsFrom,
} from "./support/schedule-plan.ts";
import { type ScheduleStage, setScheduleStage } from "./support/schedule-stage.ts";
import { SEND_MOMENTS, type SendMoment } from "./support/slow-twilio.ts";

const KILLS = Number(process.env["KILLS"] ?? 100);
const MESSAGES = 10 * KILLS;
/** A few more than kills: now and then all of a round is over before the blow falls. */
const ROUNDS = Math.ceil(KILLS * 1.1);
/** Repeats a run as far as a busy machine lets it: `KILL_SEED=… npx vitest …`, with `KILLS=…` for a shorter one. */
const SEED = Number(process.env["KILL_SEED"] ?? randomInt(1_000_000));
const AT_A_TIME = 8;

/** How long after the first sending the blow falls that waits for no moment. */
const ANY_MOMENT_MAX_MS = 300;
/** How far behind a moment the blow may fall. */
const BEHIND_MAX_MS = 20;
/** How many messages may have come to the moment before. */
const OTHERS_MAX = 6;
/** The moments of a new process, and of one that has nothing more to do. */
const NO_FIRST_MOMENT_MS = 3_000;
const NO_FURTHER_MOMENT_MS = 300;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Enough to schedule all of them before the first is due. */
const LEAD_MS = 10 * MINUTE_MS;
/** What a kill cut off has a lease of a minute. */
const BETWEEN_ROUNDS_MIN_MS = 61 * SECOND_MS;
const SWEEP_MS = 20 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DUE_DEADLINE_MS = 30_000;
const SETTLE_DEADLINE_MS = 90_000;
/** Ten minutes on two cores that do as much again beside it: nearly all of it is a hundred starts. */
const TEST_TIMEOUT_MS = 1_500_000;

const random = createChoices(createRandom(SEED));
const { upTo } = random;
const base = Math.ceil(Date.now() / SECOND_MS) * SECOND_MS + LEAD_MS;
const { startOf, dayOf, isEarly } = roundsFrom(base, ROUNDS);
const customers = planCustomers(random, ROUNDS);
const plan = planMessages(random, { count: MESSAGES, rounds: ROUNDS, customers, startOf, isEarly });
const ids = new Map<Planned, string>();
/** The platform's starts, epoch ms, and those of the days. */
const lives: number[] = [];
const days: number[] = [];
/** How far the stored clock is ahead of the real one. */
let aheadMs = 0;
let stage: ScheduleStage;
let deeds: ReturnType<typeof createDeeds>;
let swept: LocalPlatform | undefined;

beforeAll(async () => {
  stage = await setScheduleStage(plan);
  deeds = createDeeds({
    stage,
    plan,
    customers,
    ids,
    random,
    revokedInRound: Math.floor(ROUNDS / 2),
    startsAt: (round) => startOf(Math.min(round, ROUNDS - 1)) - aheadMs,
    currentLife: () => lives.length,
  });
});
afterAll(async () => {
  await swept?.stop();
  await stage.clear();
});

/** Does it for all, some at a time. */
async function sideBySide<T>(all: readonly T[], doIt: (one: T) => Promise<unknown>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const one of rest) {
        await doIt(one);
      }
    }),
  );
}

/** STOP and START let text be sent for a day, and no agent answers them. */
async function openWindow(customer: Customer): Promise<void> {
  await stage.write(customer, "STOP");
  await stage.write(customer, "START");
}

/** While the platform is dead, its stored clock goes on to the beginning of a round. */
async function moveOnTo(round: number): Promise<void> {
  const ms = Math.max(BETWEEN_ROUNDS_MIN_MS, startOf(round) - Date.now() - aheadMs);
  aheadMs += ms;
  await withDeadDatabase(stage.folder, (db) => ageRows(db, ms));
}

async function begin(round: number): Promise<void> {
  await stage.platform.start();
  lives.push(Date.now());
  days[dayOf(round)] ??= Date.now();
}

/** Until such a moment of any message, after as many others; no longer than there is something to wait for. */
async function untilMoment(moment: SendMoment, others: number): Promise<void> {
  for (let nth = 0; nth <= others; nth++) {
    const none = pause(nth === 0 ? NO_FIRST_MOMENT_MS : NO_FURTHER_MOMENT_MS);
    await Promise.race([stage.moments.next(moment, ANY_MARK), none]);
  }
}

/** The messages of a round go out, people and customers do something meanwhile, and the blow falls. */
async function strike(round: number): Promise<Promise<void>[]> {
  stage.platform.tick();
  stage.platform.prepare();
  const moment = SEND_MOMENTS[upTo(SEND_MOMENTS.length)];
  const behindMs = upTo(moment === undefined ? ANY_MOMENT_MAX_MS : BEHIND_MAX_MS);
  const isStruck = untilMoment(moment ?? "send_asked", upTo(OTHERS_MAX));
  const done = deeds.begin(round);
  await isStruck;
  await pause(behindMs);
  await stage.platform.kill();
  return done;
}

type Struck = { readonly sending: number; readonly due: number };

/** What a kill has struck: messages that were being sent, and those that were about to be. */
async function countStruck(): Promise<Struck> {
  const statement = `SELECT count(*) FILTER (WHERE state = 'sending') AS sending,
                            count(*) FILTER (WHERE state <> 'sending' AND due_at <= ?) AS due FROM scheduled_message`;
  const soon = Date.now() + 2 * SECOND_MS;
  return withDeadDatabase(stage.folder, (db) => db.prepare(statement).get(soon) as Struck);
}

/** Ticks, with the stored clock moving on, until nothing is open any more. */
async function settle({ tick, getD1 }: LocalPlatform): Promise<void> {
  const db = await getD1();
  const countOpen = async (until: number) =>
    (await db
      .prepare(
        `SELECT (SELECT count(*) FROM scheduled_message WHERE due_at <= ?1)
              + (SELECT count(*) FROM event_delivery WHERE state = 'pending' AND next_attempt_at <= ?1) AS open`,
      )
      .bind(until)
      .first<number>("open")) ?? 0;
  const sweep = async () => {
    await tick();
    await readUntil(
      () => countOpen(Date.now()),
      (due) => due === 0,
      DUE_DEADLINE_MS,
    );
    await ageRows(db, SWEEP_MS);
    return countOpen(Number.MAX_SAFE_INTEGER);
  };
  await readUntil(sweep, (open) => open === 0, SETTLE_DEADLINE_MS);
}

async function readBooks(db: D1Database) {
  const all = async <T>(statement: string) => (await db.prepare(statement).all<T>()).results;
  return {
    rows: await all<Row>("SELECT id, state, text, due_at, occurrence, steps FROM scheduled_message"),
    outcomes: await all<Outcome>(
      "SELECT scheduled_message_id, occurrence, text, state, reason FROM scheduled_outcome ORDER BY occurrence",
    ),
    told: await all<Told>("SELECT id, subject_id, type, dedupe_key, data FROM event"),
    arrivals: await stage.readArrivals(customers),
  };
}

/** How often each word is there. */
function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) {
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

test(`[SCHEDULE-05] [SCHEDULE-06] [SCHEDULE-07] killed ${KILLS} times while ${MESSAGES} scheduled messages go out, it sends each at most once and loses none (seed ${SEED})`, {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const begunAt = performance.now();
  await sideBySide(
    customers.filter(({ isOpen }) => isOpen),
    openWindow,
  );
  await sideBySide(plan, async (planned) => ids.set(planned, await stage.schedule(planned)));
  await stage.platform.kill();
  const scheduledAt = performance.now();

  const done: Promise<void>[] = [];
  const blows: Struck[] = [];
  let round = 0;
  for (; blows.length < KILLS && round < ROUNDS; round++) {
    await moveOnTo(round);
    await begin(round);
    done.push(...(await strike(round)));
    const struck = await countStruck();
    if (struck.sending + struck.due > 0) {
      blows.push(struck);
    }
  }
  const killedAt = performance.now();
  // What people asked for is asked for again until somebody is there.
  await moveOnTo(ROUNDS - 1);
  await begin(ROUNDS - 1);
  await Promise.all(done);
  await sideBySide(
    customers.filter(({ sort, writesInRound }) => sort === "awaited" && writesInRound >= round),
    (customer) => stage.write(customer, "Good morning"),
  );
  await stage.platform.kill();

  swept = await startPlatform({ port: Number(new URL(stage.platform.url).port), persistTo: stage.folder });
  lives.push(Date.now());
  await settle(swept);
  const db = await swept.getD1();
  const books = await readBooks(db);
  const { rows, outcomes, told, arrivals } = books;
  // Another day changes nothing.
  await ageRows(db, DAY_MS);
  await settle(swept);
  expect(await readBooks(db)).toEqual(books);

  const { changes, stoppedIn } = deeds;
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const sendings = tally(outcomes.map(({ state, reason }) => `${state}: ${reason}`));
  const inASending = blows.filter(({ sending }) => sending > 0);
  const seconds = (from: number, to: number) => Math.round((to - from) / SECOND_MS);
  process.stdout.write(
    `${JSON.stringify({
      seed: SEED,
      kills: blows.length,
      rounds: round,
      secondsToSchedule: seconds(begunAt, scheduledAt),
      secondsOfKills: seconds(scheduledAt, killedAt),
      secondsInAll: seconds(begunAt, performance.now()),
      killsInASending: inASending.length,
      foundInASending: blows.reduce((sum, { sending }) => sum + sending, 0),
      messages: tally([...ids].map(([{ customer }, id]) => `${customer.sort}: ${rowOf.get(id)?.state}`)),
      sendings,
      inTheLog: arrivals.length,
      changes: tally(changes.map(({ kind, isDone }) => `${kind}: ${isDone ? "done" : "not told"}`)),
    })}\n`,
  );

  expect([...rowOf.keys()].sort()).toEqual([...ids.values()].sort());
  const startsOfDays = Object.values(days);
  const faults = [...ids].flatMap(([planned, id]) => {
    const found = findFaults(planned, {
      row: rowOf.get(id) as Row,
      outcomes: outcomes.filter((outcome) => outcome.scheduled_message_id === id),
      told: told.filter(({ subject_id }) => subject_id === id),
      arrivals: arrivals.filter(({ mark }) => mark === planned.mark || mark === planned.rewordedMark),
      changes: changes.filter((change) => change.planned === planned),
      dayAt: (at) => startsOfDays.findLastIndex((start) => start <= at),
    });
    return found.map((fault) => `${planned.mark} of ${planned.author}, ${planned.customer.sort}: ${fault}`);
  });
  expect(faults).toEqual([]);

  // Nothing goes out in a life that began after the platform knew better.
  const isAfter = (at: number, life = lives.length) => at >= (lives[life] ?? Number.POSITIVE_INFINITY);
  expect(arrivals.filter(({ to, at }) => isAfter(at, stoppedIn.get(to)))).toEqual([]);
  const leaving = new Set(
    plan
      .filter(({ author }) => author === "leaving")
      .flatMap(({ mark, rewordedMark }) => [mark, rewordedMark]),
  );
  expect(deeds.revokedIn()).toBeDefined();
  expect(arrivals.filter(({ mark, at }) => leaving.has(mark) && isAfter(at, deeds.revokedIn()))).toEqual([]);

  // The plugin that stayed heard of each ending, always as the same event.
  const ofPlugin = new Set([...ids].filter(([{ author }]) => author === "plugin").map(([, id]) => id));
  const heard = new Set(stage.plugins.plugin.till.heard.map(({ id }) => id));
  expect([...heard].sort()).toEqual(
    told
      .filter(({ subject_id }) => ofPlugin.has(subject_id))
      .map(({ id }) => id)
      .sort(),
  );

  // The blows fell where they hurt.
  expect(blows).toHaveLength(KILLS);
  expect(inASending.length).toBeGreaterThan(KILLS / 4);
  expect(Object.keys(sendings)).toEqual(
    expect.arrayContaining([
      "sent: null",
      "missed: too_late",
      "blocked: opted_out",
      "blocked: grant_revoked",
      "failed: interrupted",
    ]),
  );
});
