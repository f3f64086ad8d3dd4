import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { chatNote } from "../../db/schema/index.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { findChat } from "./find-chat.ts";
import { type ChatNote, presentNote } from "./note-schemas.ts";

/** What people and plugins noted about the chat, newest first. */
export async function listNotes({
  ctx,
  input: { id, limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput & { id: string };
}): Promise<Page<ChatNote>> {
  const organizationId = requirePermission(ctx, "chats:read");
  await findChat(ctx, organizationId, id);
  const rows = await ctx.db
    .select()
    .from(chatNote)
    .where(
      and(
        eq(chatNote.organizationId, organizationId),
        eq(chatNote.chatId, id),
        cursor === undefined ? undefined : lt(chatNote.id, cursor),
      ),
    )
    .orderBy(desc(chatNote.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentNote);
}
