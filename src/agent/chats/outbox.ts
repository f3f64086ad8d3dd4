import type { OutgoingMessage, DELIVERY_STAGES as Stages, StatusUpdate } from "../../contract/channel.ts";
import { DELIVERY_STAGES } from "../../contract/channel.ts";
import type { OutboundLine, OutboxState } from "../../contract/chat.ts";
import type { DeliveryDecision, MessageKind, SendPolicy } from "../../contract/policy.ts";

/** A message on its way out. */
export type OutboxRow = {
  readonly seq: number;
  readonly message: OutgoingMessage;
  readonly state: OutboxState;
  readonly tries: number;
  readonly policy: SendPolicy;
  /** The number of the message's last part: its own, but for a text that was too long for one. */
  readonly groupSeq: number;
  /** Epoch ms. */
  readonly at: number;
};

/** Puts a text on its way out. Returns its number. */
export function addToOutbox(
  sql: SqlStorage,
  text: string,
  now: number,
  kind: MessageKind = "answer",
): number {
  return addMessageToOutbox(sql, { parts: [{ type: "text", text }], dedupeKey: null, policy: { kind } }, now);
}

type NewMessage = {
  /** As the channel can carry it, in order. */
  readonly parts: readonly OutgoingMessage[];
  /** Must be new, when there is one: see `findInOutbox`. */
  readonly dedupeKey: string | null;
  readonly policy: SendPolicy;
};

/** Puts any message on its way out. Returns the number of its last part, which is the message's own. */
export function addMessageToOutbox(
  sql: SqlStorage,
  { parts, dedupeKey, policy }: NewMessage,
  now: number,
): number {
  const { kind, installationId = null, ...wish } = policy;
  const seqs = parts.map((part, index) => {
    const key = index === parts.length - 1 ? dedupeKey : null;
    return sql
      .exec<{ seq: number }>(
        `INSERT INTO outbox (text, message, dedupe_key, state, due_at, at, kind, wish, installation_id)
         VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?) RETURNING seq`,
        part.text,
        part.type === "text" ? null : JSON.stringify(part),
        key,
        now,
        now,
        kind,
        Object.keys(wish).length === 0 ? null : JSON.stringify(wish),
        installationId,
      )
      .one().seq;
  });
  const last = seqs.at(-1);
  if (last === undefined) {
    throw new Error("A message without words cannot be sent.");
  }
  for (const seq of seqs) {
    sql.exec("UPDATE outbox SET group_seq = ? WHERE seq = ?", last, seq);
  }
  return last;
}

/** The number of the message that was put out under this key, or null. */
export function findInOutbox(sql: SqlStorage, dedupeKey: string): number | null {
  return (
    sql.exec<{ seq: number }>("SELECT seq FROM outbox WHERE dedupe_key = ?", dedupeKey).toArray()[0]?.seq ??
    null
  );
}

type OpenRow = Omit<OutboxRow, "message" | "policy"> &
  StoredMessage & { readonly kind: MessageKind; readonly installationId: string | null };

/**
 * What has not left yet, in order, without what is held until later. One that is `sending` may be under way, or left
 * behind by a crash.
 */
export function readOpenOutbox(sql: SqlStorage, now: number): OutboxRow[] {
  return sql
    .exec<OpenRow>(
      `SELECT seq, text, message, wish, state, tries, kind, installation_id AS installationId, group_seq AS groupSeq,
              at FROM outbox
       WHERE state IN ('waiting', 'sending', 'held') AND (state <> 'held' OR due_at <= ?) ORDER BY seq`,
      now,
    )
    .toArray()
    .map(({ text, message, wish, kind, installationId, ...row }) => ({
      ...row,
      message: toMessage({ text, message }),
      policy: { ...toWish({ wish }), kind, installationId },
    }));
}

type StoredMessage = {
  readonly text: string;
  readonly message: string | null;
  readonly wish: string | null;
};

type Wish = Omit<SendPolicy, "kind" | "installationId">;

function toWish({ wish }: Pick<StoredMessage, "wish">): Wish {
  return wish === null ? {} : (JSON.parse(wish) as Wish);
}

function toMessage({ text, message }: Omit<StoredMessage, "wish">): OutgoingMessage {
  return message === null ? { type: "text", text } : (JSON.parse(message) as OutgoingMessage);
}

/** Claims a message before it is sent. */
export function claim(sql: SqlStorage, seq: number, now: number): void {
  sql.exec("UPDATE outbox SET state = 'sending', tries = tries + 1, left_at = ? WHERE seq = ?", now, seq);
}

/** Notes what was decided about a message. */
export function noteDecision(
  sql: SqlStorage,
  seq: number,
  { decision, reason, until }: DeliveryDecision,
): void {
  sql.exec(
    "UPDATE outbox SET decision = ?, reason = ?, until = ? WHERE seq = ?",
    decision,
    reason,
    until,
    seq,
  );
}

/** What became of the part of the same message that goes ahead of this one; null for the first part. */
export function readPartAhead(
  sql: SqlStorage,
  { seq, groupSeq }: Pick<OutboxRow, "seq" | "groupSeq">,
): { state: OutboxState; policy: DeliveryDecision | null } | null {
  const row = sql
    .exec<{ state: OutboxState } & StoredDecision>(
      "SELECT state, decision, reason, until FROM outbox WHERE group_seq = ? AND seq < ? ORDER BY seq DESC LIMIT 1",
      groupSeq,
      seq,
    )
    .toArray()[0];
  return row === undefined ? null : { state: row.state, policy: toDecision(row) };
}

/** Has everything that is held decided anew at once, as when the customer has written. */
export function reconsiderHeld(sql: SqlStorage, now: number): void {
  sql.exec("UPDATE outbox SET due_at = MIN(due_at, ?) WHERE state = 'held'", now);
}

/** Takes back what was put out under this key, unless a part of it may have left. Returns whether it did. */
export function withdrawFromOutbox(sql: SqlStorage, dedupeKey: string): boolean {
  return sql
    .exec<{ isLast: number }>(
      `UPDATE outbox SET state = 'blocked', error_code = 'withdrawn', decision = 'block', reason = 'withdrawn',
                           until = NULL
         WHERE group_seq = (SELECT seq FROM outbox WHERE dedupe_key = ?) AND state IN ('waiting', 'held')
           AND NOT EXISTS (SELECT 1 FROM outbox AS part WHERE part.group_seq = outbox.group_seq
                             AND part.state IN ('sending', 'sent', 'unknown'))
         RETURNING group_seq = seq AS isLast`,
      dedupeKey,
    )
    .toArray()
    .some(({ isLast }) => isLast === 1);
}

type Settlement = {
  readonly state: OutboxState;
  readonly providerId?: string;
  readonly errorCode?: string;
  /** With `waiting` and `held`: when to look at it again. */
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
      "SELECT MIN(due_at) AS due FROM outbox WHERE state IN ('waiting', 'sending', 'held')",
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

type StoredDecision = {
  readonly decision: DeliveryDecision["decision"] | null;
  readonly reason: DeliveryDecision["reason"] | null;
  readonly until: number | null;
};

type LineRow = Omit<OutboundLine, "stage" | "message" | "policy"> &
  StoredMessage &
  StoredDecision & { readonly stage: number | null };

const LINES = `SELECT o.seq, o.text, o.message, o.wish, o.state, d.stage, o.decision, o.reason, o.until,
                      COALESCE(d.error_code, o.error_code) AS errorCode, o.at
               FROM outbox o LEFT JOIN delivery d ON d.provider_id = o.provider_id`;

/** What goes out, oldest first, with how far it came. */
export function readOutboundLines(sql: SqlStorage, after: number, limit: number): OutboundLine[] {
  return sql
    .exec<LineRow>(`${LINES} WHERE o.seq > ? ORDER BY o.seq LIMIT ?`, after, limit)
    .toArray()
    .map(toLine);
}

/** The same newest first. */
export function readDeliveries(sql: SqlStorage, before: number | null, limit: number): OutboundLine[] {
  return sql
    .exec<LineRow>(
      `${LINES} WHERE o.seq < ? ORDER BY o.seq DESC LIMIT ?`,
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    )
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
  const { seq, text, state, errorCode, at } = row;
  const { template = null } = toWish(row);
  const message: OutgoingMessage =
    row.decision === "send_template" && template !== null
      ? { type: "template", text, template }
      : toMessage(row);
  return { seq, text, state, stage: toStage(row.stage), errorCode, at, message, policy: toDecision(row) };
}

function toDecision({ decision, reason, until }: StoredDecision): DeliveryDecision | null {
  return decision === null || reason === null ? null : { decision, reason, until };
}

function toStage(rank: number | null): (typeof Stages)[number] | null {
  return rank === null ? null : (DELIVERY_STAGES[rank] ?? null);
}
