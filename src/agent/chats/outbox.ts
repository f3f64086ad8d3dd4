import type { DELIVERY_STAGES as Stages, StatusUpdate } from "../../contract/channel.ts";
import { DELIVERY_STAGES } from "../../contract/channel.ts";
import type { OutboundLine, OutboxState } from "../../contract/chat.ts";

/** A message on its way out. */
export type OutboxRow = {
  readonly seq: number;
  readonly text: string;
  readonly state: OutboxState;
  readonly tries: number;
};

/** Puts a message on its way out. Returns its number. */
export function addToOutbox(sql: SqlStorage, text: string, now: number): number {
  return sql
    .exec<{ seq: number }>(
      "INSERT INTO outbox (text, state, due_at, at) VALUES (?, 'waiting', ?, ?) RETURNING seq",
      text,
      now,
      now,
    )
    .one().seq;
}

/** What has not left yet, in order. One that is `sending` may be under way, or left behind by a crash. */
export function readOpenOutbox(sql: SqlStorage): OutboxRow[] {
  return sql
    .exec<OutboxRow>(
      "SELECT seq, text, state, tries FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY seq",
    )
    .toArray();
}

/** Claims a message before it is sent. */
export function claim(sql: SqlStorage, seq: number): void {
  sql.exec("UPDATE outbox SET state = 'sending', tries = tries + 1 WHERE seq = ?", seq);
}

type Settlement = {
  readonly state: OutboxState;
  readonly providerId?: string;
  readonly errorCode?: string;
  /** With `waiting`: when to try again. */
  readonly dueAt?: number;
};

/** Notes what became of a claimed message. */
export function settle(sql: SqlStorage, seq: number, settlement: Settlement): void {
  sql.exec(
    "UPDATE outbox SET state = ?, provider_id = ?, error_code = ?, due_at = COALESCE(?, due_at) WHERE seq = ?",
    settlement.state,
    settlement.providerId ?? null,
    settlement.errorCode ?? null,
    settlement.dueAt ?? null,
    seq,
  );
}

/** When the next message should go out, epoch ms; null when none has to. */
export function outboxDueAt(sql: SqlStorage): number | null {
  return sql
    .exec<{ due: number | null }>(
      "SELECT MIN(due_at) AS due FROM outbox WHERE state IN ('waiting', 'sending')",
    )
    .one().due;
}

/** By rank: news of an earlier stage changes nothing, and what was delivered did not fail. */
export function noteDelivery(sql: SqlStorage, { providerId, stage, errorCode }: StatusUpdate): void {
  sql.exec(
    `INSERT INTO delivery (provider_id, stage, error_code) VALUES (?1, ?2, ?3)
     ON CONFLICT (provider_id) DO UPDATE SET stage = excluded.stage, error_code = excluded.error_code
     WHERE CASE WHEN excluded.stage = ?4 THEN stage = 0 ELSE excluded.stage > stage AND stage <> ?4 END`,
    providerId,
    DELIVERY_STAGES.indexOf(stage),
    errorCode,
    DELIVERY_STAGES.indexOf("failed"),
  );
}

type LineRow = Omit<OutboundLine, "stage"> & { readonly stage: number | null };

const LINES = `SELECT o.seq, o.text, o.state, d.stage, COALESCE(d.error_code, o.error_code) AS errorCode, o.at
               FROM outbox o LEFT JOIN delivery d ON d.provider_id = o.provider_id`;

/** What goes out, oldest first, with how far it came. */
export function readOutboundLines(sql: SqlStorage, after: number, limit: number): OutboundLine[] {
  return sql
    .exec<LineRow>(`${LINES} WHERE o.seq > ? ORDER BY o.seq LIMIT ?`, after, limit)
    .toArray()
    .map((row) => ({ ...row, stage: toStage(row.stage) }));
}

function toStage(rank: number | null): (typeof Stages)[number] | null {
  return rank === null ? null : (DELIVERY_STAGES[rank] ?? null);
}
