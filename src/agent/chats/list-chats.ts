import { and, desc, eq, lt, or } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { chat } from "../../db/schema/index.ts";
import type { Page, PageInput } from "../../kernel/page.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { presentChat } from "./present.ts";
import type { Chat } from "./schemas.ts";

/** The conversations of an instance, the latest first. A chat that moves while a list is read may be seen twice. */
export async function listChats({
  ctx,
  input: { id, limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput & { id: string };
}): Promise<Page<Chat>> {
  const organizationId = requirePermission(ctx, "chats:read");
  await findInstance({ ctx, id });
  const [at, chatId] = cursor?.split(".") ?? [];
  const rows = await ctx.db
    .select()
    .from(chat)
    .where(
      and(
        eq(chat.organizationId, organizationId),
        eq(chat.instanceId, id),
        at === undefined || chatId === undefined
          ? undefined
          : or(
              lt(chat.lastMessageAt, Number(at)),
              and(eq(chat.lastMessageAt, Number(at)), lt(chat.id, chatId)),
            ),
      ),
    )
    .orderBy(desc(chat.lastMessageAt), desc(chat.id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    data: await Promise.all(shown.map((row) => presentChat(ctx, row))),
    nextCursor: last === undefined ? null : `${last.lastMessageAt}.${last.id}`,
  };
}
