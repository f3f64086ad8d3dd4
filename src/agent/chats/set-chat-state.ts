import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { ChatState } from "../../contract/chat.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { chat } from "../../db/schema/index.ts";
import { findChat } from "./find-chat.ts";
import { presentChat } from "./present.ts";
import type { Chat } from "./schemas.ts";

/** Notes in the index and in the audit trail who answers from now on; the object knows already. */
export async function setChatState(
  ctx: Ctx,
  organizationId: string,
  { id, state, action }: { id: string; state: ChatState; action: "chat.taken" | "chat.released" },
): Promise<Chat> {
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action,
      subjectType: "chat",
      subjectId: id,
    },
    [
      ctx.db
        .update(chat)
        .set({ state })
        .where(and(eq(chat.id, id), eq(chat.organizationId, organizationId))),
    ],
  );
  return presentChat(ctx, (await findChat(ctx, organizationId, id)).row);
}
