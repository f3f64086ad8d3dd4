import { splitText } from "../../channels/split-text.ts";
import type { OutgoingMessage } from "../../contract/channel.ts";
import { touchChat } from "./chat-row.ts";
import { addTurnMessages } from "./history.ts";
import { addToOutbox } from "./outbox.ts";

type Sending = {
  readonly message: OutgoingMessage;
  readonly dedupeKey: string | null;
  readonly maxTextCharacters: number;
};

/**
 * Writes a message into the history and puts it on its way out, in one write. Returns the number of its last part, and
 * whether the key was there before, in which case nothing is written.
 */
export function addOutgoing(
  storage: DurableObjectStorage,
  { message, dedupeKey, maxTextCharacters }: Sending,
  now: number,
): { seq: number; isRepeated: boolean } {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const known = findSent(sql, dedupeKey);
    if (known !== null) {
      return { seq: known, isRepeated: true };
    }
    addTurnMessages(sql, [{ role: "assistant", content: message.text }], now);
    touchChat(sql, now, false);
    let seq = 0;
    for (const part of splitText(message.text, maxTextCharacters)) {
      seq = addToOutbox(sql, part, now);
    }
    if (dedupeKey !== null) {
      sql.exec("INSERT INTO sent_once (dedupe_key, seq) VALUES (?, ?)", dedupeKey, seq);
    }
    return { seq, isRepeated: false };
  });
}

function findSent(sql: SqlStorage, dedupeKey: string | null): number | null {
  const found = sql
    .exec<{ seq: number }>("SELECT seq FROM sent_once WHERE dedupe_key = ?", dedupeKey)
    .toArray()[0];
  return found?.seq ?? null;
}
