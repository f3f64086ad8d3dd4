import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startCron } from "../../../src/local/cron.ts";

const MINUTE_MS = 60_000;
const CRONS = ["* * * * *", "7 * * * *"];
const START = Date.parse("2026-12-01T09:04:40Z");

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A platform whose ticks take as long as they are told to. */
function platform(tick: (crons: readonly string[]) => Promise<void> = async () => undefined) {
  const fired: string[] = [];
  const troubles: unknown[] = [];
  const at = () => new Date().toISOString().slice(11, 19);
  const stop = startCron(
    {
      clock: { now: () => Date.now() },
      crons: CRONS,
      tick: async (crons = CRONS) => {
        fired.push(...crons.map((cron) => `${at()} ${cron}`));
        await tick(crons);
      },
    },
    (error) => troubles.push(error),
  );
  return { fired, troubles, stop };
}

describe("the ticks of a local platform", () => {
  it("[LOCAL-03] come at the start and on each full minute, the hourly ones in their minute", async () => {
    const { fired, stop } = platform();
    await vi.advanceTimersByTimeAsync(4 * MINUTE_MS);
    expect(fired).toEqual([
      "09:04:40 * * * * *",
      "09:04:40 7 * * * *",
      "09:05:00 * * * * *",
      "09:06:00 * * * * *",
      "09:07:00 * * * * *",
      "09:07:00 7 * * * *",
      "09:08:00 * * * * *",
    ]);
    await stop();
  });

  it("[LOCAL-03] never overlap, and leave nothing out that became due meanwhile", async () => {
    let underWay = 0;
    let most = 0;
    const { fired, stop } = platform(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 3.5 * MINUTE_MS));
      underWay -= 1;
    });
    await vi.advanceTimersByTimeAsync(4.5 * MINUTE_MS);
    expect(most).toBe(1);
    // The tick at 09:07 was missed, the hour's jobs are not.
    expect(fired.slice(2)).toEqual(["09:09:00 * * * * *", "09:09:00 7 * * * *"]);
    const stopped = stop();
    await vi.runAllTimersAsync();
    await stopped;
  });

  it("[LOCAL-03] go on after one that failed, which is reported", async () => {
    const { fired, troubles, stop } = platform(async () => {
      throw new Error("no such table");
    });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(troubles).toEqual([new Error("no such table"), new Error("no such table")]);
    expect(fired).toHaveLength(3);
    await stop();
  });

  it("[LOCAL-03] end when they are stopped, after the one under way, and report nothing of it", async () => {
    let fail = (_: Error) => {};
    const { fired, troubles, stop } = platform(
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    let isStopped = false;
    const stopped = stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(isStopped).toBe(false);
    fail(new Error("workerd is gone"));
    await stopped;
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(fired).toHaveLength(2);
    expect(troubles).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are reported when nobody can tell when they are due", async () => {
    const troubles: unknown[] = [];
    const platformOf = {
      clock: { now: () => Date.now() },
      crons: ["*/5 * * * *"],
      tick: async () => undefined,
    };
    const stop = startCron(platformOf, (error) => troubles.push(error));
    await vi.advanceTimersByTimeAsync(0);
    expect(troubles).toEqual([expect.objectContaining({ message: expect.stringContaining("*/5 * * * *") })]);
    await stop();
  });
});
