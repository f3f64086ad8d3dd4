import { DurableObject } from "cloudflare:workers";
import type { BudgetAnswer, BudgetRpc } from "../../contract/budget.ts";
import { createTokenTables, holdTokens, settleHeldTokens, tokensKeptUntil } from "./daily-tokens.ts";

const WINDOW_SECONDS = 60;
/** A budget that nobody takes from is forgotten after at least this long: two windows, one to spare. */
const IDLE_MS = 2 * WINDOW_SECONDS * 1_000;
/** The alarm is set this much later than needed, so that a busy budget moves it once a minute and not at each call. */
const ALARM_SLACK_MS = 60_000;

type Second = { readonly second: number; readonly calls: number };

/**
 * Counts the calls of one rate limit: one object per limit, made when the first call is counted. The window slides
 * by whole seconds: the limit holds for any second together with the fifty-nine before it. A call takes one row of
 * at most sixty; nothing awaits between reading and writing, so side by side calls cannot both take the last one.
 */
export class BudgetObject extends DurableObject implements BudgetRpc {
  #hasTables = false;
  /** When the alarm rings, as far as this instance knows; epoch milliseconds. */
  #alarmAt = 0;

  /** Takes one call. `now` is the caller's clock: a clock that runs behind still sees what was counted ahead of it. */
  async take({ limitPerMinute, now }: { limitPerMinute: number; now: number }): Promise<BudgetAnswer> {
    this.#createTables();
    const second = Math.floor(now / 1_000);
    const windowStart = second - WINDOW_SECONDS + 1;
    this.ctx.storage.sql.exec("DELETE FROM taken WHERE second < ?", windowStart);
    const counted = this.ctx.storage.sql
      .exec<Second>("SELECT second, calls FROM taken ORDER BY second")
      .toArray();
    const used = counted.reduce((sum, { calls }) => sum + calls, 0);
    if (used >= limitPerMinute) {
      return {
        allowed: false,
        retryAfterSeconds: secondsUntilFree(counted, used - limitPerMinute + 1, windowStart),
      };
    }
    this.ctx.storage.sql.exec(
      "INSERT INTO taken (second, calls) VALUES (?, 1) ON CONFLICT (second) DO UPDATE SET calls = calls + 1",
      second,
    );
    await this.#forgetWhenIdle();
    return { allowed: true, remaining: limitPerMinute - used - 1 };
  }

  /** Lets a request in if the day has the tokens that it may use; see `holdTokens`. */
  async reserveTokens(input: {
    id: string;
    tokens: number;
    tokensPerDay: number;
    now: number;
  }): Promise<BudgetAnswer> {
    this.#createTables();
    const answer = holdTokens(this.ctx.storage.sql, input);
    await this.#forgetWhenIdle();
    return answer;
  }

  async settleTokens(input: { id: string; tokens: number }): Promise<void> {
    this.#createTables();
    settleHeldTokens(this.ctx.storage.sql, input);
  }

  /**
   * Nobody took a call for a while: leave nothing behind, so that the object costs nothing. What was used of a day
   * counts until the day ends.
   */
  override async alarm(): Promise<void> {
    this.#createTables();
    const keptUntil = tokensKeptUntil(this.ctx.storage.sql);
    if (keptUntil > Date.now()) {
      this.#alarmAt = keptUntil + ALARM_SLACK_MS;
      await this.ctx.storage.setAlarm(this.#alarmAt);
      return;
    }
    this.#hasTables = false;
    this.#alarmAt = 0;
    await this.ctx.storage.deleteAll();
  }

  #createTables(): void {
    if (!this.#hasTables) {
      createTokenTables(this.ctx.storage.sql);
      this.ctx.storage.sql.exec(
        "CREATE TABLE IF NOT EXISTS taken (second INTEGER PRIMARY KEY, calls INTEGER NOT NULL) WITHOUT ROWID",
      );
      this.#hasTables = true;
    }
  }

  /** By the machine's clock, as the alarm itself; the caller's clock only counts calls. */
  async #forgetWhenIdle(): Promise<void> {
    const idleAt = Date.now() + IDLE_MS;
    if (this.#alarmAt < idleAt) {
      this.#alarmAt = idleAt + ALARM_SLACK_MS;
      await this.ctx.storage.setAlarm(this.#alarmAt);
    }
  }
}

/** Seconds until `missing` of the counted calls have left the window, which moves a second each second. */
function secondsUntilFree(counted: readonly Second[], missing: number, windowStart: number): number {
  let freed = 0;
  for (const { second, calls } of counted) {
    freed += calls;
    if (freed >= missing) {
      return second - windowStart + 1;
    }
  }
  return WINDOW_SECONDS; // a limit of nought: there is nothing to wait for, so ask seldom
}
