import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { Page, PageInput } from "../../kernel/page.ts";
import { findChat } from "./find-chat.ts";
import { presentLine } from "./present.ts";
import type { ChatMessage } from "./schemas.ts";

const WHOLE_NUMBER = /^\d{1,15}$/;

/** What was said in a conversation, whole and newest first. */
export async function listMessages({
  ctx,
  input: { id, limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput & { id: string };
}): Promise<Page<ChatMessage>> {
  const organizationId = requirePermission(ctx, "chats:read");
  const { object } = await findChat(ctx, organizationId, id);
  const before = cursor !== undefined && WHOLE_NUMBER.test(cursor) ? Number(cursor) : null;
  const lines = await object.readHistory({ limit: limit + 1, before });
  const shown = lines.slice(0, limit);
  const last = lines.length > limit ? shown.at(-1) : undefined;
  return { data: shown.map(presentLine), nextCursor: last === undefined ? null : String(last.seq) };
}
