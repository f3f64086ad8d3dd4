import type { ChatState } from "../../contract/chat.ts";

/** The conversation itself; times in epoch ms. */
export type ChatRow = {
  readonly id: string;
  readonly organizationId: string;
  readonly instanceId: string;
  readonly phoneSealed: string;
  readonly takenBy: string | null;
  /** Since when a person was called for; stays while one has the chat, and ends with the hand-back. */
  readonly waitingSince: number | null;
  /** When the customer is to be told that nobody has come yet. */
  readonly tellAt: number | null;
  /** 0 when the customer has not written, so that the time for free text is long over. */
  readonly lastInboundAt: number;
  /** Since when nothing is sent to the customer that they have not asked for; null while it may be. */
  readonly optedOutAt: number | null;
  /** IANA; null until somebody has said where the customer's clock is. */
  readonly timeZone: string | null;
  readonly lastMessageAt: number;
  /** The `lastMessageAt` that the index in the database shows. */
  readonly indexedAt: number;
  readonly createdAt: number;
};

/** What a phone number is sealed for, here and in the index. */
export { CHAT_PHONE_PURPOSE as PHONE_PURPOSE } from "../../channels/chat-name.ts";

export type NewChat = Pick<ChatRow, "id" | "organizationId" | "instanceId" | "phoneSealed">;

/** The one row, or null before the first message. Needs the tables. */
export function readChat(sql: SqlStorage): ChatRow | null {
  return (
    sql
      .exec<ChatRow>(
        `SELECT id, organization_id AS organizationId, instance_id AS instanceId, phone_sealed AS phoneSealed,
                taken_by AS takenBy, waiting_since AS waitingSince, tell_at AS tellAt, last_inbound_at AS lastInboundAt, opted_out_at AS optedOutAt, time_zone AS timeZone,
                last_message_at AS lastMessageAt,
                indexed_at AS indexedAt, created_at AS createdAt FROM chat`,
      )
      .toArray()[0] ?? null
  );
}

/** Writes the row if it is not there. That the customer has written is noted by `touchChat`. */
export function createChat(sql: SqlStorage, chat: NewChat, now: number): void {
  sql.exec(
    `INSERT INTO chat (only_row, id, organization_id, instance_id, phone_sealed, last_inbound_at, last_message_at,
                       created_at)
     VALUES (1, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING`,
    chat.id,
    chat.organizationId,
    chat.instanceId,
    chat.phoneSealed,
    now,
    now,
  );
}

/** Notes that somebody said something; `isInbound` when it was the customer. */
export function touchChat(sql: SqlStorage, now: number, isInbound: boolean): void {
  sql.exec("UPDATE chat SET last_message_at = MAX(last_message_at, ?)", now);
  if (isInbound) {
    sql.exec("UPDATE chat SET last_inbound_at = MAX(last_inbound_at, ?)", now);
  }
}

/** Writes the same number, sealed anew. */
export function setPhoneSealed(sql: SqlStorage, phoneSealed: string): void {
  sql.exec("UPDATE chat SET phone_sealed = ?", phoneSealed);
}

/** Notes where the customer's clock is; null when nobody knows. */
export function setTimeZone(sql: SqlStorage, timeZone: string | null): void {
  sql.exec("UPDATE chat SET time_zone = ?", timeZone);
}

/** Gives the chat to a person. */
export function setTakenBy(sql: SqlStorage, takenBy: string): void {
  sql.exec("UPDATE chat SET taken_by = ?", takenBy);
}

/** Notes what the index shows. */
export function markIndexed(sql: SqlStorage, lastMessageAt: number): void {
  sql.exec("UPDATE chat SET indexed_at = ?", lastMessageAt);
}

/** Who answers. */
export function stateOf({ takenBy, waitingSince }: Pick<ChatRow, "takenBy" | "waitingSince">): ChatState {
  if (takenBy !== null) {
    return "person";
  }
  return waitingSince === null ? "agent" : "waiting_for_person";
}
