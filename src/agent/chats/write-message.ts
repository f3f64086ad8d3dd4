import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { AppError } from "../../kernel/errors.ts";
import { findChat } from "./find-chat.ts";
import { presentWritten } from "./present.ts";
import type { WrittenMessage } from "./schemas.ts";

/**
 * A person's words to the customer, through the instance's own channel. Throws `chat_not_taken`, so that person and
 * agent never talk over each other, and `outside_window` when WhatsApp would refuse it.
 */
export async function writeMessage({
  ctx,
  input: { id, text },
}: {
  ctx: Ctx;
  input: { id: string; text: string };
}): Promise<WrittenMessage> {
  const organizationId = requirePermission(ctx, "chats:write");
  const { object } = await findChat(ctx, organizationId, id);
  const answer = await object.write({ by: ctx.actor.id, text });
  if (answer.written) {
    return presentWritten(answer.line);
  }
  throw answer.reason === "not_taken"
    ? new AppError("conflict", "chat_not_taken", "The agent answers in this chat.", {
        hint: `Take it over first: POST /v1/chats/${id}/take.`,
      })
    : new AppError(
        "conflict",
        "outside_window",
        "The customer has not written for more than 24 hours, so WhatsApp takes approved templates only.",
        { hint: "Wait until the customer writes again." },
      );
}
