import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { approval } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { toPage } from "../../kernel/page.ts";
import { findApproval } from "./find-approval.ts";
import { type ApprovalsQuery, presentApproval } from "./schemas.ts";

/** The organisation's approvals that fit every filter given, newest first. */
export async function listApprovals({ ctx, input }: { ctx: Ctx; input: ApprovalsQuery }) {
  const organizationId = requirePermission(ctx, "approvals:read");
  const rows = await ctx.db
    .select()
    .from(approval)
    .where(
      and(
        eq(approval.organizationId, organizationId),
        input.state ? eq(approval.state, input.state) : undefined,
        input.instanceId ? eq(approval.instanceId, input.instanceId) : undefined,
        input.cursor ? lt(approval.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(approval.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentApproval);
}

/**
 * One approval. A gateway key reads those that it has asked for, to see what became of its calls. Throws
 * `approval_not_found`.
 */
export async function getApproval({ ctx, input }: { ctx: Ctx; input: { id: string } }) {
  const { kind, id: actorId } = ctx.actor;
  const isKey = kind === "gateway_key";
  const organizationId = requirePermission(ctx, isKey ? "tools:call" : "approvals:read");
  const row = await findApproval(ctx, organizationId, input.id);
  if (isKey && (row.requestedByKind !== kind || row.requestedById !== actorId)) {
    throw notFound("approval", input.id);
  }
  return presentApproval(row);
}
