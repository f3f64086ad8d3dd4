/**
 * Tokens of one UTC day in a budget's storage: what is used, and what requests under way hold. Nothing awaits
 * between reading and writing, so requests side by side cannot both get the last of them.
 */
import type { BudgetAnswer } from "../../contract/budget.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A request that never settles (its isolate died) gives back what it held after this long; none runs longer. */
const HELD_MS = 30 * 60 * 1_000;
/** When held tokens are in the way, some may be free again soon. */
const HELD_RETRY_SECONDS = 10;

type Sum = { readonly tokens: number | null };

export function createTokenTables(sql: SqlStorage): void {
  sql.exec("CREATE TABLE IF NOT EXISTS used_tokens (day INTEGER PRIMARY KEY, tokens INTEGER NOT NULL)");
  sql.exec(
    "CREATE TABLE IF NOT EXISTS held_tokens (id TEXT PRIMARY KEY, day INTEGER NOT NULL, tokens INTEGER NOT NULL, held_at INTEGER NOT NULL)",
  );
}

/** Holds tokens if the day has them: used, held and these together never pass the cap at the door. */
export function holdTokens(
  sql: SqlStorage,
  { id, tokens, tokensPerDay, now }: { id: string; tokens: number; tokensPerDay: number; now: number },
): BudgetAnswer {
  const day = Math.floor(now / DAY_MS);
  sql.exec("DELETE FROM used_tokens WHERE day < ?", day);
  sql.exec("DELETE FROM held_tokens WHERE held_at < ?", now - HELD_MS);
  const used =
    sql.exec<Sum>("SELECT SUM(tokens) AS tokens FROM used_tokens WHERE day = ?", day).one().tokens ?? 0;
  const held =
    sql.exec<Sum>("SELECT SUM(tokens) AS tokens FROM held_tokens WHERE day = ?", day).one().tokens ?? 0;
  if (used + held + tokens > tokensPerDay) {
    const untilTomorrow = Math.ceil(((day + 1) * DAY_MS - now) / 1_000);
    const isHeldOnly = used + tokens <= tokensPerDay;
    return {
      allowed: false,
      retryAfterSeconds: isHeldOnly ? Math.min(HELD_RETRY_SECONDS, untilTomorrow) : untilTomorrow,
    };
  }
  sql.exec(
    "INSERT OR REPLACE INTO held_tokens (id, day, tokens, held_at) VALUES (?, ?, ?, ?)",
    id,
    day,
    tokens,
    now,
  );
  return { allowed: true, remaining: tokensPerDay - used - held - tokens };
}

/** Counts what a request used, on the day on which it was let in. */
export function settleHeldTokens(sql: SqlStorage, { id, tokens }: { id: string; tokens: number }): void {
  const held = sql
    .exec<{ day: number }>("DELETE FROM held_tokens WHERE id = ? RETURNING day", id)
    .toArray()[0];
  if (held !== undefined) {
    sql.exec(
      "INSERT INTO used_tokens (day, tokens) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET tokens = tokens + excluded.tokens",
      held.day,
      tokens,
    );
  }
}

/** End of the newest day that anything is counted on, epoch milliseconds; 0 when nothing is. */
export function tokensKeptUntil(sql: SqlStorage): number {
  const { day } = sql
    .exec<{ day: number | null }>(
      "SELECT MAX(day) AS day FROM (SELECT day FROM used_tokens UNION ALL SELECT day FROM held_tokens)",
    )
    .one();
  return day === null ? 0 : (day + 1) * DAY_MS;
}
