import type { ChatNamespace, ChatObjectId, ChatRpc } from "../contract/chat.ts";
import { sha256 } from "../kernel/crypto.ts";

/** The conversation of one customer (E.164) with one instance. Its name is a hash, so that no list shows a number. */
export async function chatOf(chats: ChatNamespace, instanceId: string, phone: string): Promise<ChatRpc> {
  return chats.get(await chatIdOf(chats, instanceId, phone));
}

/** That conversation's id; as text it is what the index has. */
export async function chatIdOf(
  chats: ChatNamespace,
  instanceId: string,
  phone: string,
): Promise<ChatObjectId> {
  return chats.idFromName(await sha256(`${instanceId}:${phone}`));
}
