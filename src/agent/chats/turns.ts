import type { ChatAssistantMessage, ChatMessage } from "../../contract/chat-completions.ts";
import type { MessageKind } from "../../contract/policy.ts";
import { touchChat } from "./chat-row.ts";
import { addTurnMessages, isUnanswered, lastSeq } from "./history.ts";
import { takeInbox } from "./inbox.ts";
import { TURN_BACKOFF_MS } from "./limits.ts";
import { addToOutbox } from "./outbox.ts";

/** One answer in the making. */
export type Turn = {
  readonly id: number;
  readonly tries: number;
  readonly dueAt: number;
  readonly commandsAfter: number | null;
};

/** The turn that is under way, or null. */
export function readOpenTurn(sql: SqlStorage): Turn | null {
  return (
    sql
      .exec<Turn>(
        "SELECT id, tries, due_at AS dueAt, commands_after AS commandsAfter FROM turn WHERE state = 'open' ORDER BY id LIMIT 1",
      )
      .toArray()[0] ?? null
  );
}

/**
 * The turn to work on: the one under way, or a new one that takes everything that waits. What comes in while a turn is
 * under way waits for the next. Null when there is nothing to answer.
 */
export function openTurn(storage: DurableObjectStorage, now: number): Turn | null {
  const { sql } = storage;
  return storage.transactionSync(() => {
    if (readOpenTurn(sql) === null) {
      const commandsAfter = lastSeq(sql);
      if (takeInbox(sql) > 0) {
        addTurn(sql, now, commandsAfter);
      }
    }
    return readOpenTurn(sql);
  });
}

/** Opens a turn for what was left unanswered, as when a person hands back. */
export function openTurnIfUnanswered(sql: SqlStorage, now: number): void {
  if (readOpenTurn(sql) === null && isUnanswered(sql)) {
    addTurn(sql, now, null);
  }
}

/** `commandsAfter`: the line after which the turn's own begin; null for a turn about what others have read. */
function addTurn(sql: SqlStorage, now: number, commandsAfter: number | null): void {
  sql.exec("INSERT INTO turn (state, due_at, commands_after) VALUES ('open', ?, ?)", now, commandsAfter);
}

/** Counts a try before it is made, so that one that ends in a crash counts too. Returns its number, from 1. */
export function beginTry(sql: SqlStorage, { id, tries }: Turn): number {
  sql.exec("UPDATE turn SET tries = ? WHERE id = ?", tries + 1, id);
  return tries + 1;
}

/** Puts the next try off, longer after each. */
export function postpone(sql: SqlStorage, { id, tries }: Turn, now: number): void {
  sql.exec("UPDATE turn SET due_at = ? WHERE id = ?", now + TURN_BACKOFF_MS * 2 ** tries, id);
}

/** Gives up the turn under way: a person answers. What its tools have done stays done. */
export function dropOpenTurn(sql: SqlStorage): void {
  sql.exec("UPDATE turn SET state = 'dropped' WHERE state = 'open'");
}

export function isOpen(sql: SqlStorage, turnId: number): boolean {
  return sql.exec("SELECT 1 FROM turn WHERE id = ? AND state = 'open'", turnId).toArray().length > 0;
}

type Ending = {
  readonly turnId: number;
  /** The reply, and its messages as the channel can carry them. */
  readonly reply: string;
  readonly replyParts: readonly string[];
  /** Whether it answers the customer, or tells news of what they had set off. */
  readonly kind: MessageKind;
};

/** Keeps a round of calls and what they answered, all or nothing: a turn that is repeated goes on after it. */
export function addSteps(
  storage: DurableObjectStorage,
  turnId: number,
  steps: readonly ChatMessage[],
  now: number,
): void {
  storage.transactionSync(() => {
    addTurnMessages(storage.sql, steps, now);
    storage.sql.exec("UPDATE turn SET calls = NULL WHERE id = ?", turnId);
  });
}

/**
 * Keeps a model's answer before its calls are made. Asked again after a crash, a model would choose other words, and
 * a call in other words is another call: the customer would get a second ticket.
 */
export function keepCalls(sql: SqlStorage, turnId: number, message: ChatAssistantMessage): void {
  sql.exec("UPDATE turn SET calls = ? WHERE id = ?", JSON.stringify(message), turnId);
}

/** The answer whose calls were being made when the turn was cut off; null when none were. */
export function readCalls(sql: SqlStorage, turnId: number): ChatAssistantMessage | null {
  const { calls } = sql.exec<{ calls: string | null }>("SELECT calls FROM turn WHERE id = ?", turnId).one();
  return calls === null ? null : (JSON.parse(calls) as ChatAssistantMessage);
}

/**
 * Ends a turn in one write: history, reply on its way out, turn closed. A turn that a person has taken away meanwhile
 * says nothing; what its tools did is in the history.
 */
export function endTurn(storage: DurableObjectStorage, ending: Ending, now: number): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    if (isOpen(sql, ending.turnId)) {
      addTurnMessages(sql, [{ role: "assistant", content: ending.reply }], now);
      for (const text of ending.replyParts) {
        addToOutbox(sql, text, now, ending.kind);
      }
      touchChat(sql, now, false);
      sql.exec("UPDATE turn SET state = 'done', calls = NULL WHERE id = ?", ending.turnId);
    }
    sql.exec("DELETE FROM ledger WHERE turn_id <= ?", ending.turnId);
  });
}
