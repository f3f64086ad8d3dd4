import type { InboundMessage, InboundPart } from "../../contract/channel.ts";
import type { NoteInput } from "../../contract/chat.ts";
import { addCustomerMessage, addEvent } from "./history.ts";
import { GATHER_MAX_MS, GATHER_QUIET_MS } from "./limits.ts";

/** Stores what is not there yet; a provider's id counts once, for ever. Returns how many were new. */
export function addToInbox(sql: SqlStorage, messages: readonly InboundMessage[], now: number): number {
  let stored = 0;
  for (const { providerId, parts } of messages) {
    stored += sql
      .exec(
        "INSERT INTO inbox (provider_id, parts, received_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        providerId,
        JSON.stringify(parts),
        now,
      )
      .toArray().length;
  }
  return stored;
}

/** Something that happened besides words, in the place of a customer's message. */
type NotePart = { readonly type: "note"; readonly text: string };

/**
 * Stores a note, once per key. One that opens a turn waits as a customer's message does, and is answered in its place
 * in the order; any other goes into the history at once. Returns whether it is new.
 */
export function addNote(sql: SqlStorage, { text, opensTurn, dedupeKey }: NoteInput, now: number): boolean {
  const part: NotePart = { type: "note", text };
  const isNew =
    sql
      .exec(
        "INSERT INTO inbox (provider_id, parts, received_at, is_taken) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        `note:${dedupeKey}`,
        JSON.stringify([part]),
        now,
        opensTurn ? 0 : 1,
      )
      .toArray().length > 0;
  if (isNew && !opensTurn) {
    addEvent(sql, text, now);
  }
  return isNew;
}

/** Moves everything that waits into the history, in the order in which it came. Returns how many that were. */
export function takeInbox(sql: SqlStorage): number {
  const waiting = sql
    .exec<{ id: number; parts: string; at: number }>(
      "SELECT id, parts, received_at AS at FROM inbox WHERE is_taken = 0 ORDER BY id",
    )
    .toArray();
  for (const { id, parts, at } of waiting) {
    const read = JSON.parse(parts) as InboundPart[] | [NotePart];
    if (isNote(read)) {
      addEvent(sql, read[0].text, at);
    } else {
      addCustomerMessage(sql, read, at);
    }
    sql.exec("UPDATE inbox SET is_taken = 1 WHERE id = ?", id);
  }
  return waiting.length;
}

function isNote(parts: InboundPart[] | [NotePart]): parts is [NotePart] {
  return parts[0]?.type === "note";
}

/** When what waits should be answered, epoch ms: after a moment of quiet. Null when nothing waits. */
export function inboxDueAt(sql: SqlStorage): number | null {
  const { first, last } = sql
    .exec<{ first: number | null; last: number | null }>(
      "SELECT MIN(received_at) AS first, MAX(received_at) AS last FROM inbox WHERE is_taken = 0",
    )
    .one();
  return first === null || last === null ? null : Math.min(last + GATHER_QUIET_MS, first + GATHER_MAX_MS);
}
