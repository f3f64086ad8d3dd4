import { z } from "zod";
import type { Ctx } from "../../access/context.ts";
import { deadLetter } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";

const Owned = z.object({ organizationId: z.string() });

/** Stores a message that failed every try. Delivered twice, it is one row. A body without an organisation is the operator's to see. */
export async function keepDeadLetter({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { queue: string; messageId: string; body: unknown };
}): Promise<void> {
  const owner = Owned.safeParse(input.body);
  const id = newId("deadLetter");
  await ctx.db
    .insert(deadLetter)
    .values({
      id,
      organizationId: owner.success ? owner.data.organizationId : null,
      queue: input.queue,
      messageId: input.messageId,
      body: JSON.stringify(input.body ?? null),
      reason: "Every try failed; the log has the last error.",
      createdAt: ctx.clock.now(),
    })
    .onConflictDoNothing();
  ctx.log.error("dead_letter_kept", { id, queue: input.queue, messageId: input.messageId });
}
