import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { noteChatTaken } from "../../effects/escalations/index.ts";
import { findChat } from "./find-chat.ts";
import type { Chat } from "./schemas.ts";
import { setChatState } from "./set-chat-state.ts";

/** A person takes the conversation over: the agent says nothing more in this chat, and goes on in all others. */
export async function takeChat({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<Chat> {
  const organizationId = requirePermission(ctx, "chats:write");
  const { object } = await findChat(ctx, organizationId, input.id);
  await object.take({ by: ctx.actor.id });
  await noteChatTaken(ctx, organizationId, input.id);
  return setChatState(ctx, organizationId, { id: input.id, state: "person", action: "chat.taken" });
}
