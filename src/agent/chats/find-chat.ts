import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { ChatRpc } from "../../contract/chat.ts";
import { chat } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";

export type IndexedChat = typeof chat.$inferSelect;

/** A conversation of the organisation: its line in the index, and the object itself. Throws `chat_not_found`. */
export async function findChat(
  { db, chats }: Pick<Ctx, "db" | "chats">,
  organizationId: string,
  id: string,
): Promise<{ row: IndexedChat; object: ChatRpc }> {
  const row = await db
    .select()
    .from(chat)
    .where(and(eq(chat.id, id), eq(chat.organizationId, organizationId)))
    .get();
  if (!row) {
    throw notFound("chat", id);
  }
  return { row, object: chats.get(chats.idFromString(row.objectId)) };
}
