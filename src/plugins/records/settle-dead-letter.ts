import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { RecordMessage } from "../../contract/records.ts";
import { WorkMessage } from "../../contract/work.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { deadLetter } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { type PageInput, toPage } from "../../kernel/page.ts";
import { presentDeadLetter } from "./schemas.ts";

const isWaiting = and(isNull(deadLetter.replayedAt), isNull(deadLetter.discardedAt));

/** The organisation's messages that failed every try and wait for a person, newest first. */
export async function listDeadLetters({ ctx, input }: { ctx: Ctx; input: PageInput }) {
  const organizationId = requirePermission(ctx, "dead_letters:read");
  const rows = await ctx.db
    .select()
    .from(deadLetter)
    .where(
      and(
        eq(deadLetter.organizationId, organizationId),
        isWaiting,
        input.cursor ? lt(deadLetter.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(deadLetter.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentDeadLetter);
}

/**
 * Puts a dead letter back on its queue (consumers are idempotent, so a second replay harms nothing), or discards
 * it. Throws `dead_letter_not_found`, or `dead_letter_unreadable` (409) for a body that no try can succeed with.
 */
export async function settleDeadLetter({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string; verdict: "replay" | "discard" };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "dead_letters:replay");
  const waiting = and(eq(deadLetter.id, input.id), eq(deadLetter.organizationId, organizationId), isWaiting);
  const row = await ctx.db.select().from(deadLetter).where(waiting).get();
  if (row === undefined) {
    throw notFound("dead_letter", input.id);
  }
  if (input.verdict === "replay") {
    if (!(await putBack(ctx, row))) {
      throw new AppError(
        "conflict",
        "dead_letter_unreadable",
        "The message cannot be read, so replaying it cannot succeed.",
        {
          hint: "Discard it, or keep it until a version that can read it is deployed.",
        },
      );
    }
  }
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: input.verdict === "replay" ? "dead_letter.replayed" : "dead_letter.discarded",
      subjectType: "dead_letter",
      subjectId: row.id,
      detail: { queue: row.queue, messageId: row.messageId },
    },
    [
      ctx.db
        .update(deadLetter)
        .set(input.verdict === "replay" ? { replayedAt: now } : { discardedAt: now })
        .where(waiting),
    ],
  );
}

/** Whether the message could be read and is on its queue again. */
async function putBack(
  { work, records }: Pick<Ctx, "work" | "records">,
  { queue, body }: Pick<typeof deadLetter.$inferSelect, "queue" | "body">,
): Promise<boolean> {
  const message: unknown = JSON.parse(body);
  if (queue === "kivuko-work") {
    const read = WorkMessage.safeParse(message);
    await (read.success && work.send(read.data));
    return read.success;
  }
  const read = RecordMessage.safeParse(message);
  await (read.success && records.send(read.data));
  return read.success;
}
