import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { z } from "zod";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { EventMessage } from "../../contract/events.ts";
import { PLUGIN_JOB_QUEUE, PluginJobLetter } from "../../contract/plugin-job.ts";
import { RecordMessage } from "../../contract/records.ts";
import { WorkMessage } from "../../contract/work.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { deadLetter, pluginJob } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
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
    await putBack(ctx, row);
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

async function putBack(ctx: Ctx, row: typeof deadLetter.$inferSelect): Promise<void> {
  const content: unknown = JSON.parse(row.body);
  if (row.queue === PLUGIN_JOB_QUEUE) {
    const job = PluginJobLetter.safeParse(content);
    if (!job.success) {
      throw unreadable();
    }
    const now = ctx.clock.now();
    await ctx.db
      .insert(pluginJob)
      .values({ ...job.data, id: newId("pluginJob"), tries: 0, dueAt: now, createdAt: now })
      .onConflictDoNothing();
    return;
  }
  // Each queue on its own: what is no message of its own queue is unreadable, whatever else it may be.
  if (row.queue === "kivuko-work") {
    await ctx.work.send(readOrThrow(WorkMessage, content));
  } else if (row.queue === "kivuko-events") {
    await ctx.events.send(readOrThrow(EventMessage, content));
  } else {
    await ctx.records.send(readOrThrow(RecordMessage, content));
  }
}

function readOrThrow<Message>(schema: z.ZodType<Message>, content: unknown): Message {
  const read = schema.safeParse(content);
  if (!read.success) {
    throw unreadable();
  }
  return read.data;
}

function unreadable(): AppError {
  return new AppError(
    "conflict",
    "dead_letter_unreadable",
    "The message cannot be read, so replaying it cannot succeed.",
    { hint: "Discard it, or keep it until a version that can read it is deployed." },
  );
}
