import type { Ctx } from "../../access/context.ts";
import type { ChatLine, OutboundLine } from "../../contract/chat.ts";
import { PHONE_PURPOSE } from "./chat-row.ts";
import type { IndexedChat } from "./find-chat.ts";
import type { Chat, ChatMessage, WrittenMessage } from "./schemas.ts";

const SHOWN_DIGITS = 4;

/** A conversation as the API shows it. Of the number only its end is shown: enough to tell customers apart. */
export async function presentChat({ keyRing }: Pick<Ctx, "keyRing">, row: IndexedChat): Promise<Chat> {
  const phone = await keyRing.open(row.phoneSealed, PHONE_PURPOSE);
  return {
    id: row.id,
    instanceId: row.instanceId,
    customer: `•••• ${phone.slice(-SHOWN_DIGITS)}`,
    state: row.state,
    lastMessageAt: new Date(row.lastMessageAt).toISOString(),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

export function presentLine({ seq, at, ...line }: ChatLine): ChatMessage {
  return { id: String(seq), ...line, at: new Date(at).toISOString() };
}

export function presentWritten({ seq, text, state, stage, errorCode, at }: OutboundLine): WrittenMessage {
  return { id: String(seq), text, state, stage, errorCode, at: new Date(at).toISOString() };
}
