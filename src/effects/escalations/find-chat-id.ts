import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { chat } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";

/** The conversation by its object's id. Throws `chat_not_begun` when the customer has never written: there is nothing to hand over. */
export async function findChatId(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  objectId: string,
): Promise<string> {
  const row = await db
    .select({ id: chat.id })
    .from(chat)
    .where(and(eq(chat.objectId, objectId), eq(chat.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw new AppError(
      "conflict",
      "chat_not_begun",
      "The customer has not written yet, so there is no chat to hand over.",
      {
        gate: "policy",
        hint: "Ask again once the customer has written.",
      },
    );
  }
  return row.id;
}
