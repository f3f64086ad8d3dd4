import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { noteChatReleased } from "../../effects/escalations/index.ts";
import { findChat } from "./find-chat.ts";
import type { Chat } from "./schemas.ts";
import { setChatState } from "./set-chat-state.ts";

/** Hands the conversation back: the agent knows what was said meanwhile, and answers what was left unanswered. */
export async function releaseChat({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<Chat> {
  const organizationId = requirePermission(ctx, "chats:write");
  const { object } = await findChat(ctx, organizationId, input.id);
  await object.release();
  await noteChatReleased(ctx, organizationId, input.id);
  return setChatState(ctx, organizationId, { id: input.id, state: "agent", action: "chat.released" });
}
