import type { CtxBase } from "../../access/context.ts";
import { chat } from "../../db/schema/index.ts";
import { type ChatRow, stateOf } from "./chat-row.ts";

/** Shows the conversation in the organisation's list, as it is now. Can be repeated. */
export async function indexChat({
  ctx,
  input: { row, objectId },
}: {
  ctx: Pick<CtxBase, "db">;
  input: { row: ChatRow; objectId: string };
}): Promise<void> {
  const { id, organizationId, instanceId, phoneSealed, lastMessageAt, createdAt } = row;
  const shown = { state: stateOf(row), lastMessageAt };
  await ctx.db
    .insert(chat)
    .values({ id, organizationId, instanceId, objectId, phoneSealed, createdAt, ...shown })
    .onConflictDoUpdate({ target: chat.objectId, set: shown });
}
