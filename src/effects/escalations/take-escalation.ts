import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { chat, escalation } from "../../db/schema/index.ts";
import { alreadyResolved, findChatObject, findEscalation } from "./find-escalation.ts";
import { type Escalation, presentEscalation } from "./schemas.ts";

/**
 * Takes the escalation and its chat: whoever takes it can write to the customer, and the agent is silent. Taking one
 * that somebody else has changes who has it. Throws `escalation_resolved`.
 */
export async function takeEscalation({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<Escalation> {
  const organizationId = requirePermission(ctx, "escalations:write");
  const { chatId, state } = await findEscalation(ctx, organizationId, id);
  if (state === "resolved") {
    throw alreadyResolved();
  }
  const { object } = await findChatObject(ctx, organizationId, chatId);
  const now = ctx.clock.now();
  const taken = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "escalation.taken",
      subjectType: "escalation",
      subjectId: id,
      detail: { chatId },
    },
    [
      ctx.db
        .update(escalation)
        .set({ state: "taken", assigneeKind: "user", assigneeId: ctx.actor.id, takenAt: now })
        .where(
          and(
            eq(escalation.id, id),
            eq(escalation.organizationId, organizationId),
            ne(escalation.state, "resolved"),
          ),
        ),
    ],
  );
  if (taken === 0) {
    throw alreadyResolved();
  }
  await object.take({ by: ctx.actor.id });
  await ctx.db
    .update(chat)
    .set({ state: "person" })
    .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId)));
  return presentEscalation(await findEscalation(ctx, organizationId, id));
}
