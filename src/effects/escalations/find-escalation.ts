import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { ChatRpc } from "../../contract/chat.ts";
import { chat, escalation } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";

export type EscalationRow = typeof escalation.$inferSelect;

/** The organisation's escalation with this id. Throws `escalation_not_found`. */
export async function findEscalation(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  id: string,
): Promise<EscalationRow> {
  const row = await db
    .select()
    .from(escalation)
    .where(and(eq(escalation.id, id), eq(escalation.organizationId, organizationId)))
    .get();
  if (!row) {
    throw notFound("escalation", id);
  }
  return row;
}

/** The conversation's object. Throws `chat_not_found` for one that is not of the organisation. */
export async function findChatObject(
  { db, chats }: Pick<Ctx, "db" | "chats">,
  organizationId: string,
  chatId: string,
): Promise<{ object: ChatRpc; instanceId: string }> {
  const row = await db
    .select({ objectId: chat.objectId, instanceId: chat.instanceId })
    .from(chat)
    .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId)))
    .get();
  if (!row) {
    throw notFound("chat", chatId);
  }
  return { object: chats.get(chats.idFromString(row.objectId)), instanceId: row.instanceId };
}

/** For what can be done no more once somebody has resolved it. */
export function alreadyResolved(): AppError {
  return new AppError("conflict", "escalation_resolved", "The escalation is resolved already.", {
    hint: "Take the chat itself, if it needs a person again: POST /v1/chats/<chat>/take.",
  });
}
