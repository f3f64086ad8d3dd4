import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPollAt } from "../../../src/effects/obligations/next-poll-at.ts";
import { nextRound } from "../../../src/effects/obligations/next-round.ts";
import { readDueList } from "../../../src/effects/obligations/read-due-list.ts";
import { newId } from "../../../src/kernel/ids.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.UTC(2026, 10, 21, 9);

const polls = fc.record({
  id: fc.string({ minLength: 1 }),
  intervalMinutes: fc.integer({ min: 5, max: 1_440 }),
  failures: fc.nat({ max: 50 }),
  now: fc.integer({ min: NOW, max: NOW + 10 * 366 * 24 * HOUR_MS }),
});

describe("the time of the next poll", () => {
  it("[OBLIGATION-01] is later than now, within one interval or a day, and never on the minute", () => {
    fc.assert(
      fc.property(polls, (poll) => {
        const at = nextPollAt(poll);
        const intervalMs = Math.min(poll.intervalMinutes * MINUTE_MS * 2 ** poll.failures, 24 * HOUR_MS);
        expect(at).toBeGreaterThan(poll.now);
        expect(at - poll.now).toBeLessThanOrEqual(intervalMs);
        expect(at % MINUTE_MS).toBeGreaterThanOrEqual(5_000);
        expect(at % MINUTE_MS).toBeLessThan(55_000);
      }),
    );
  });

  it("[OBLIGATION-01] comes in the poll's own rhythm", () => {
    const poll = { id: newId("obligationPoll"), intervalMinutes: 15, failures: 0 };
    const first = nextPollAt({ ...poll, now: NOW });
    expect(nextPollAt({ ...poll, now: first })).toBe(first + 15 * MINUTE_MS);
  });

  it("[OBLIGATION-01] spreads ten thousand polls over the interval", () => {
    const minutes = new Map<number, number>();
    for (let count = 0; count < 10_000; count++) {
      const at = nextPollAt({ id: newId("obligationPoll"), intervalMinutes: 15, failures: 0, now: NOW });
      const minute = Math.floor((at - NOW) / MINUTE_MS);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    }
    expect(minutes.size).toBe(15);
    expect(Math.max(...minutes.values())).toBeLessThan(1_000);
  });
});

describe("the next round", () => {
  it("[OBLIGATION-13] is in the future or there is none, and rounds are used up", () => {
    const repeated = fc.record({
      everyHours: fc.option(fc.integer({ min: 1, max: 8_784 }), { nil: null }),
      round: fc.integer({ min: 1, max: 50 }),
      timesLeft: fc.integer({ min: 1, max: 50 }),
      lateMs: fc.nat({ max: 1_000 * HOUR_MS }),
    });
    fc.assert(
      fc.property(repeated, ({ lateMs, ...row }) => {
        const now = NOW + (row.round - 1) * (row.everyHours ?? 0) * HOUR_MS + lateMs;
        const next = nextRound({ ...row, dueAt: NOW }, now);
        if (next !== null) {
          expect(next.nextActAt).toBeGreaterThan(now);
          expect(next.round).toBeGreaterThan(row.round);
          expect(next.timesLeft).toBeGreaterThan(0);
          expect(next.round + next.timesLeft).toBe(row.round + row.timesLeft);
        }
      }),
    );
  });
});

describe("a list of what is due", () => {
  it("[OBLIGATION-03] is read without harm, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), fc.nat({ max: 10 }), (answer, room) => {
        const list = readDueList(answer, { now: NOW, room });
        expect(list?.items.length ?? 0).toBeLessThanOrEqual(room);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.anything()), (obligations) => {
        const list = readDueList({ obligations }, { now: NOW, room: 1_000 });
        expect(list?.listed).toBe(obligations.length);
        expect((list?.items.length ?? 0) + (list?.problems.length ?? 0)).toBe(obligations.length);
      }),
    );
  });

  it("[OBLIGATION-03] does not repeat what a customer's item says in its problems", () => {
    const item = { obligationId: "a", phone: "+254712345678", userId: "secret-user", message: 7 };
    const list = readDueList({ obligations: [item] }, { now: NOW, room: 10 });
    expect(list?.problems).toHaveLength(1);
    expect(JSON.stringify(list?.problems)).not.toMatch(/254712345678|secret-user/);
  });
});
