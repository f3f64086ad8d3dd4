/** Who answers in a conversation: the agent, nobody until a person comes, or a person. */

import { setTakenBy, touchChat } from "./chat-row.ts";
import { addEvent, addPlatformMessage, hasPersonWrittenSince, isUnanswered } from "./history.ts";
import { takeInbox } from "./inbox.ts";
import { addToOutbox } from "./outbox.ts";
import { dropOpenTurn, openTurnIfUnanswered } from "./turns.ts";

/** What the customer reads when nobody has come for a while: true, and promising no time. */
export const STILL_WAITING_SENTENCE =
  "Sorry, nobody has been able to take over yet. Your message is not forgotten: a colleague will write to you here.";

/**
 * The agent is silent from now on, but for what a turn under way still has to say. A chat that waits already, or that a
 * person has, stays as it is.
 */
export function pauseAgent(sql: SqlStorage, now: number, tellAfterMs: number | null): void {
  sql.exec(
    "UPDATE chat SET waiting_since = ?, tell_at = ? WHERE waiting_since IS NULL AND taken_by IS NULL",
    now,
    tellAfterMs === null ? null : now + tellAfterMs,
  );
}

/** A person has the chat: what the agent was about to say is not said. */
export function takeOver(storage: DurableObjectStorage, by: string): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    setTakenBy(sql, by);
    sql.exec("UPDATE chat SET tell_at = NULL");
    dropOpenTurn(sql);
    takeInbox(sql);
  });
}

/**
 * The agent has the chat again. It speaks when the customer had the last word, and when a person was called for and
 * nobody wrote: somebody has to tell the customer how it ended.
 */
export function handBack(storage: DurableObjectStorage, now: number, note: string | null): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    const { waitingSince } = sql
      .exec<{ waitingSince: number | null }>("SELECT waiting_since AS waitingSince FROM chat")
      .one();
    takeInbox(sql);
    const isOpenQuestion =
      isUnanswered(sql) || (waitingSince !== null && !hasPersonWrittenSince(sql, waitingSince));
    if (note !== null || (isOpenQuestion && waitingSince !== null)) {
      addEvent(sql, describeHandBack(note), now);
    }
    sql.exec("UPDATE chat SET taken_by = NULL, waiting_since = NULL, tell_at = NULL");
    if (isOpenQuestion) {
      openTurnIfUnanswered(sql, now);
    }
  });
}

function describeHandBack(note: string | null): string {
  const what = "A colleague has handed this chat back to you.";
  return note === null
    ? `${what} Answer what the customer still waits for, and do not hand over again for the same matter.`
    : `${what} Their note: ${note}`;
}

/** Tells a customer for whom nobody has come that it takes longer, once. */
export function tellThatItTakesLonger(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    const isDue =
      sql
        .exec(
          "UPDATE chat SET tell_at = NULL WHERE tell_at <= ? AND taken_by IS NULL AND waiting_since IS NOT NULL RETURNING id",
          now,
        )
        .toArray().length > 0;
    if (isDue) {
      addPlatformMessage(sql, STILL_WAITING_SENTENCE, now);
      addToOutbox(sql, STILL_WAITING_SENTENCE, now);
      touchChat(sql, now, false);
    }
  });
}
