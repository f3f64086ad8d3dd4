import type { ChatState } from "../../contract/chat.ts";

/** The conversation itself; times in epoch ms. */
export type ChatRow = {
  readonly id: string;
  readonly organizationId: string;
  readonly instanceId: string;
  readonly phoneSealed: string;
  readonly takenBy: string | null;
  readonly lastInboundAt: number;
  readonly lastMessageAt: number;
  /** The `lastMessageAt` that the index in the database shows. */
  readonly indexedAt: number;
  readonly createdAt: number;
};

/** What a phone number is sealed for, here and in the index. */
export { CHAT_PHONE_PURPOSE as PHONE_PURPOSE } from "../../channels/chat-name.ts";

type NewChat = Pick<ChatRow, "id" | "organizationId" | "instanceId" | "phoneSealed">;

/** The one row, or null before the customer's first message. Needs the tables. */
export function readChat(sql: SqlStorage): ChatRow | null {
  return (
    sql
      .exec<ChatRow>(
        `SELECT id, organization_id AS organizationId, instance_id AS instanceId, phone_sealed AS phoneSealed,
                taken_by AS takenBy, last_inbound_at AS lastInboundAt, last_message_at AS lastMessageAt,
                indexed_at AS indexedAt, created_at AS createdAt FROM chat`,
      )
      .toArray()[0] ?? null
  );
}

/** The last inbound message of a customer who has never written. */
export const NEVER = 0;

/** Writes the row if it is not there. `lastInboundAt` is `NEVER` when it is not the customer who begins. */
export function createChat(sql: SqlStorage, chat: NewChat, now: number, lastInboundAt = now): void {
  sql.exec(
    `INSERT INTO chat (only_row, id, organization_id, instance_id, phone_sealed, last_inbound_at, last_message_at,
                       created_at)
     VALUES (1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    chat.id,
    chat.organizationId,
    chat.instanceId,
    chat.phoneSealed,
    lastInboundAt,
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

/** Gives the chat to a person, or with null back to the agent. */
export function setTakenBy(sql: SqlStorage, takenBy: string | null): void {
  sql.exec("UPDATE chat SET taken_by = ?", takenBy);
}

/** Notes what the index shows. */
export function markIndexed(sql: SqlStorage, lastMessageAt: number): void {
  sql.exec("UPDATE chat SET indexed_at = ?", lastMessageAt);
}

/** Who answers. */
export function stateOf({ takenBy }: Pick<ChatRow, "takenBy">): ChatState {
  return takenBy === null ? "agent" : "person";
}
