/** Keeps escalations in step with who has the chat, however the chat was taken or handed back. */
import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { escalation } from "../../db/schema/index.ts";

/** For a verb that has taken the chat: its escalation is taken by the same person. */
export async function noteChatTaken(
  { db, clock, actor }: Pick<Ctx, "db" | "clock" | "actor">,
  organizationId: string,
  chatId: string,
): Promise<void> {
  await db
    .update(escalation)
    .set({ state: "taken", assigneeKind: "user", assigneeId: actor.id, takenAt: clock.now() })
    .where(isUnresolvedOf(organizationId, chatId));
}

/** For a verb that has handed the chat back: its escalation is over. */
export async function noteChatReleased(
  { db, clock }: Pick<Ctx, "db" | "clock">,
  organizationId: string,
  chatId: string,
): Promise<void> {
  await db
    .update(escalation)
    .set({ state: "resolved", resolvedAt: clock.now() })
    .where(isUnresolvedOf(organizationId, chatId));
}

function isUnresolvedOf(organizationId: string, chatId: string) {
  return and(
    eq(escalation.organizationId, organizationId),
    eq(escalation.chatId, chatId),
    ne(escalation.state, "resolved"),
  );
}
