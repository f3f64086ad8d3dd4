import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { chatNote } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { findChat } from "./find-chat.ts";
import { type ChatNote, presentNote } from "./note-schemas.ts";

/** Notes something about the chat, for people and for plugins that may read notes. The customer never sees it. */
export async function addNote({
  ctx,
  input: { id, text },
}: {
  ctx: Ctx;
  input: { id: string; text: string };
}): Promise<ChatNote> {
  const organizationId = requirePermission(ctx, "chats:write");
  await findChat(ctx, organizationId, id);
  const row = {
    id: newId("chatNote"),
    organizationId,
    chatId: id,
    text,
    authorKind: ctx.actor.kind,
    authorId: ctx.actor.id,
    createdAt: ctx.clock.now(),
  };
  await ctx.db.insert(chatNote).values(row);
  return presentNote(row);
}
