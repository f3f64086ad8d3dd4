import type { ChatNamespace, ChatRpc } from "../contract/chat.ts";
import { sha256 } from "../kernel/crypto.ts";

/** The conversation of one customer (E.164) with one instance. Its name is a hash, so that no list shows a number. */
export async function chatOf(chats: ChatNamespace, instanceId: string, phone: string): Promise<ChatRpc> {
  return chats.get(chats.idFromName(await sha256(`${instanceId}:${phone}`)));
}
