import { and, desc, eq, isNotNull, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { obligationPoll } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { nextPollAt } from "./next-poll-at.ts";
import { presentPoll } from "./present.ts";
import type { ObligationPoll, PollQuery } from "./schemas.ts";
import { sendWork } from "./send-work.ts";

type PollRow = typeof obligationPoll.$inferSelect;

/** Which plugins are asked what is due, and how that goes; newest first. */
export async function listPolls({
  ctx,
  input: { limit, cursor, installationId },
}: {
  ctx: Ctx;
  input: PollQuery;
}): Promise<Page<ObligationPoll>> {
  const organizationId = requirePermission(ctx, "obligations:read");
  const rows = await ctx.db
    .select()
    .from(obligationPoll)
    .where(
      and(
        eq(obligationPoll.organizationId, organizationId),
        cursor === undefined ? undefined : lt(obligationPoll.id, cursor),
        installationId === undefined ? undefined : eq(obligationPoll.installationId, installationId),
      ),
    )
    .orderBy(desc(obligationPoll.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentPoll);
}

/** Asks the plugin now, whatever its interval and failures. Throws `obligation_poll_not_found`, `poll_not_granted`. */
export async function runPoll({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<ObligationPoll> {
  const now = ctx.clock.now();
  const row = await change(ctx, id, "obligation_poll.run", () => ({ nextPollAt: now }));
  await sendWork(ctx, "obligations.poll", [{ organizationId: row.organizationId, id, dueAt: now }]);
  return presentPoll(row);
}

/** Changes how often the plugin is asked. Throws as `runPoll` does. */
export async function updatePoll({
  ctx,
  input: { id, intervalMinutes },
}: {
  ctx: Ctx;
  input: { id: string; intervalMinutes: number };
}): Promise<ObligationPoll> {
  const now = ctx.clock.now();
  const row = await change(ctx, id, "obligation_poll.changed", ({ failures }) => ({
    intervalMinutes,
    nextPollAt: nextPollAt({ id, intervalMinutes, failures, now }),
  }));
  return presentPoll(row);
}

async function change(
  ctx: Ctx,
  id: string,
  action: string,
  changed: (row: PollRow) => Partial<PollRow>,
): Promise<PollRow> {
  const organizationId = requirePermission(ctx, "plugins:configure");
  const row = await ctx.db
    .select()
    .from(obligationPoll)
    .where(and(eq(obligationPoll.id, id), eq(obligationPoll.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("obligation_poll", id);
  }
  const { actor, requestId, db } = ctx;
  const now = ctx.clock.now();
  const set = { ...changed(row), updatedAt: now };
  const written = await writeWithAudit(
    db,
    { organizationId, actor, requestId, now, action, subjectType: "obligation_poll", subjectId: id },
    [
      db
        .update(obligationPoll)
        .set(set)
        .where(and(eq(obligationPoll.id, id), isNotNull(obligationPoll.nextPollAt))),
    ],
  );
  if (written === 0) {
    throw new AppError("conflict", "poll_not_granted", "The plugin is not granted to this number any more.", {
      hint: "Grant it with plugin:obligations:request; it is asked again within a minute.",
    });
  }
  return { ...row, ...set };
}
