import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { chat, escalation } from "../../db/schema/index.ts";
import { alreadyResolved, findChatObject, findEscalation } from "./find-escalation.ts";
import { type Escalation, presentEscalation } from "./schemas.ts";

/**
 * Hands the chat back to the agent, with a note where there is one; the agent answers what was left unanswered. Throws
 * `escalation_resolved` for a second time, since somebody may have the chat for another reason by then.
 */
export async function resolveEscalation({
  ctx,
  input: { id, note },
}: {
  ctx: Ctx;
  input: { id: string; note: string | null };
}): Promise<Escalation> {
  const organizationId = requirePermission(ctx, "escalations:write");
  const { chatId, state } = await findEscalation(ctx, organizationId, id);
  if (state === "resolved") {
    throw alreadyResolved();
  }
  const { object } = await findChatObject(ctx, organizationId, chatId);
  // Before the row: what breaks off in between can be done again, and leaves no chat silent for ever.
  await object.release({ note });
  const now = ctx.clock.now();
  const resolved = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "escalation.resolved",
      subjectType: "escalation",
      subjectId: id,
      detail: { chatId },
    },
    [
      ctx.db
        .update(escalation)
        .set({ state: "resolved", note, resolvedAt: now })
        .where(
          and(
            eq(escalation.id, id),
            eq(escalation.organizationId, organizationId),
            ne(escalation.state, "resolved"),
          ),
        ),
    ],
  );
  if (resolved === 0) {
    throw alreadyResolved();
  }
  await ctx.db
    .update(chat)
    .set({ state: "agent" })
    .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId)));
  return presentEscalation(await findEscalation(ctx, organizationId, id));
}
