import { and, eq, inArray, isNotNull, isNull, lt, lte, type SQL } from "drizzle-orm";
import type { Ctx } from "../../../access/context.ts";
import { approval } from "../../../db/schema/index.ts";
import { forgetCatalogs, loadCatalog } from "../../catalog/index.ts";
import { alertApprovers } from "../ask.ts";
import { type ApprovalRow, describeAnswer, OUTCOME_UNKNOWN } from "../describe-approval.ts";
import { BEGIN_WITHIN_MS, END_WITHIN_MS, EXECUTION_TRIES, JOB_ROWS, TELL_WITHIN_MS } from "../limits.ts";
import { executeApproval } from "./execute-approval.ts";
import { moveApproval } from "./move-approval.ts";
import { tellChat } from "./tell-chat.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * What nobody else will do any more: ends what was not decided in time, begins what was approved and not begun, ends or
 * repeats what was begun and not ended, tells chats that were not told, and removes what is older than the records are
 * kept. Each a bounded number; ticks side by side do no harm.
 */
export async function settleDueApprovals({ ctx }: { ctx: Ctx }): Promise<void> {
  const now = ctx.clock.now();
  const read = (where: SQL | undefined) =>
    ctx.db.select().from(approval).where(where).orderBy(approval.id).limit(JOB_ROWS);
  const is = (state: ApprovalRow["state"]) => eq(approval.state, state);

  await each(ctx, await read(and(is("pending"), lte(approval.expiresAt, now))), expire);
  const notBegun = await read(and(is("approved"), lt(approval.decidedAt, now - BEGIN_WITHIN_MS)));
  await each(ctx, notBegun, executeApproval);
  const notEnded = await read(and(is("executing"), lt(approval.executingAt, now - END_WITHIN_MS)));
  await each(ctx, notEnded, takeOver);
  const untold = await read(
    and(
      isNotNull(approval.chatObjectId),
      isNull(approval.toldAt),
      lt(approval.endedAt, now - TELL_WITHIN_MS),
    ),
  );
  await each(ctx, untold, tellChat);
  await removeOld(ctx, now - ctx.config.recordRetentionDays * DAY_MS);
}

/** One that fails does not stop the others; the next tick sees it again. */
async function each(
  ctx: Ctx,
  rows: readonly ApprovalRow[],
  settle: (ctx: Ctx, row: ApprovalRow) => Promise<unknown>,
): Promise<void> {
  for (const row of rows) {
    try {
      await settle(ctx, row);
    } catch (error) {
      ctx.log.error("approval_not_settled", { approvalId: row.id, error });
    }
  }
}

async function expire(ctx: Ctx, row: ApprovalRow): Promise<void> {
  const expired = await moveApproval(ctx, row, {
    from: "pending",
    to: { state: "expired", payloadSealed: null, endedAt: ctx.clock.now() },
    action: "approval.expired",
    actor: ctx.actor,
  });
  if (expired.isMoved) {
    await tellChat(ctx, expired.row);
  }
}

/** A call that was begun and whose end nobody noted: repeated where that does no harm, else left to a person. */
async function takeOver(ctx: Ctx, row: ApprovalRow): Promise<void> {
  if (row.attempts < EXECUTION_TRIES && (await isRepeatable(ctx, row))) {
    await executeApproval(ctx, row);
    return;
  }
  const ended = await moveApproval(ctx, row, {
    from: "executing",
    only: eq(approval.attempts, row.attempts),
    to: { state: "failed", payloadSealed: null, errorCode: OUTCOME_UNKNOWN, endedAt: ctx.clock.now() },
    action: "approval.failed",
    actor: ctx.actor,
  });
  if (ended.isMoved) {
    await tellChat(ctx, ended.row);
    await alertApprovers(ctx, ended.row, describeAnswer(ended.row));
  }
}

async function isRepeatable(ctx: Ctx, row: ApprovalRow): Promise<boolean> {
  forgetCatalogs(row.organizationId);
  const { catalog } = await loadCatalog(ctx, row.instanceId);
  const version = catalog?.entries.get(row.toolName)?.installation.version;
  const tool = version?.id === row.pluginVersionId ? version.tool(row.tool)?.definition : undefined;
  return tool?.idempotent === true || tool?.endpoint?.method === "GET";
}

async function removeOld(ctx: Ctx, before: number): Promise<void> {
  const old = ctx.db
    .select({ id: approval.id })
    .from(approval)
    .where(lt(approval.endedAt, before))
    .limit(JOB_ROWS);
  await ctx.db.delete(approval).where(inArray(approval.id, old));
}
