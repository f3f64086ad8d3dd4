import type { ChatNamespace, ChatObjectId, ChatRpc } from "../contract/chat.ts";
import { sha256 } from "../kernel/crypto.ts";

/** The conversation of one customer (E.164) with one instance. Its name is a hash, so that no list shows a number. */
export async function chatOf(chats: ChatNamespace, instanceId: string, phone: string): Promise<ChatRpc> {
  return chats.get(await chatIdOf(chats, instanceId, phone));
}

/** Its id, which can be made without asking anybody. */
export async function chatIdOf(
  chats: ChatNamespace,
  instanceId: string,
  phone: string,
): Promise<ChatObjectId> {
  return chats.idFromName(await sha256(`${instanceId}:${phone}`));
}

/** What a customer's number is sealed for, in the conversation and in its index. */
export const CHAT_PHONE_PURPOSE = "chat.phone";
