import { and, eq } from "drizzle-orm";
import type { Ctx } from "../access/context.ts";
import { CHAT_PHONE_PURPOSE } from "../channels/chat-name.ts";
import { chat } from "../db/schema/index.ts";
import { notFound } from "../kernel/errors.ts";
import type { ResolvedRecipient } from "./recipients.ts";

/** The customer of a chat, for a tool that was called in it. Throws `chat_not_found`. */
export async function recipientOfChat(
  { db, keyRing }: Pick<Ctx, "db" | "keyRing">,
  input: {
    readonly organizationId: string;
    readonly instanceId: string;
    readonly chatId: string;
    readonly callId: string;
  },
): Promise<ResolvedRecipient> {
  const { organizationId, instanceId, chatId, callId } = input;
  const row = await db
    .select({ objectId: chat.objectId, phoneSealed: chat.phoneSealed })
    .from(chat)
    .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId), eq(chat.instanceId, instanceId)))
    .get();
  if (row === undefined) {
    throw notFound("chat", chatId);
  }
  const phone = await keyRing.open(row.phoneSealed, CHAT_PHONE_PURPOSE);
  return { scope: "current_chat", phone, chatObjectId: row.objectId, callId };
}
