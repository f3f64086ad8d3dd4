import type { OutgoingMessage, DELIVERY_STAGES as Stages, StatusUpdate } from "../../contract/channel.ts";
import { DELIVERY_STAGES } from "../../contract/channel.ts";
import type { OutboundLine, OutboxState } from "../../contract/chat.ts";

/** A message on its way out. */
export type OutboxRow = {
  readonly seq: number;
  readonly message: OutgoingMessage;
  readonly state: OutboxState;
  readonly tries: number;
};

/** Puts a text on its way out. Returns its number. */
export function addToOutbox(sql: SqlStorage, text: string, now: number): number {
  return addMessageToOutbox(sql, { type: "text", text }, null, now);
}

/** Puts any message on its way out. The key, when there is one, must be new: see `findInOutbox`. Returns its number. */
export function addMessageToOutbox(
  sql: SqlStorage,
  message: OutgoingMessage,
  dedupeKey: string | null,
  now: number,
): number {
  return sql
    .exec<{ seq: number }>(
      `INSERT INTO outbox (text, message, dedupe_key, state, due_at, at) VALUES (?, ?, ?, 'waiting', ?, ?)
       RETURNING seq`,
      message.text,
      message.type === "text" ? null : JSON.stringify(message),
      dedupeKey,
      now,
      now,
    )
    .one().seq;
}

/** The number of the message that was put out under this key, or null. */
export function findInOutbox(sql: SqlStorage, dedupeKey: string): number | null {
  return (
    sql.exec<{ seq: number }>("SELECT seq FROM outbox WHERE dedupe_key = ?", dedupeKey).toArray()[0]?.seq ??
    null
  );
}

/** What has not left yet, in order. One that is `sending` may be under way, or left behind by a crash. */
export function readOpenOutbox(sql: SqlStorage): OutboxRow[] {
  return sql
    .exec<Omit<OutboxRow, "message"> & StoredMessage>(
      "SELECT seq, text, message, state, tries FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY seq",
    )
    .toArray()
    .map(({ text, message, ...row }) => ({ ...row, message: toMessage({ text, message }) }));
}

type StoredMessage = { readonly text: string; readonly message: string | null };

function toMessage({ text, message }: StoredMessage): OutgoingMessage {
  return message === null ? { type: "text", text } : (JSON.parse(message) as OutgoingMessage);
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

type LineRow = Omit<OutboundLine, "stage" | "message"> & StoredMessage & { readonly stage: number | null };

const LINES = `SELECT o.seq, o.text, o.message, o.state, d.stage, COALESCE(d.error_code, o.error_code) AS errorCode, o.at
               FROM outbox o LEFT JOIN delivery d ON d.provider_id = o.provider_id`;

/** What goes out, oldest first, with how far it came. */
export function readOutboundLines(sql: SqlStorage, after: number, limit: number): OutboundLine[] {
  return sql
    .exec<LineRow>(`${LINES} WHERE o.seq > ? ORDER BY o.seq LIMIT ?`, after, limit)
    .toArray()
    .map(toLine);
}

/** The latest that have gone out, oldest first. */
export function readLatestSent(sql: SqlStorage, limit: number): OutboundLine[] {
  return sql
    .exec<LineRow>(`${LINES} WHERE o.state = 'sent' ORDER BY o.seq DESC LIMIT ?`, limit)
    .toArray()
    .map(toLine)
    .reverse();
}

/** One message. Throws for a number that there is not. */
export function readOutboundLine(sql: SqlStorage, seq: number): OutboundLine {
  return toLine(sql.exec<LineRow>(`${LINES} WHERE o.seq = ?`, seq).one());
}

function toLine(row: LineRow): OutboundLine {
  return { ...row, stage: toStage(row.stage), message: toMessage(row) };
}

function toStage(rank: number | null): (typeof Stages)[number] | null {
  return rank === null ? null : (DELIVERY_STAGES[rank] ?? null);
}
