import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { instanceGrant } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";

/**
 * Revokes the active grant. Tool calls stop within the catalog's age bound (see `catalog/limits.ts`).
 * Throws `grant_not_found` when there is none in this organisation.
 */
export async function revokeGrant({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { instanceId: string; installationId: string };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "grants:write");
  const active = and(
    eq(instanceGrant.organizationId, organizationId),
    eq(instanceGrant.instanceId, input.instanceId),
    eq(instanceGrant.installationId, input.installationId),
    eq(instanceGrant.status, "active"),
  );
  const current = await ctx.db.select({ id: instanceGrant.id }).from(instanceGrant).where(active).get();
  if (current === undefined) {
    throw new AppError("not_found", "grant_not_found", "The plugin is not granted to this number.");
  }
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "grant.revoked",
      subjectType: "grant",
      subjectId: current.id,
      detail: { instanceId: input.instanceId, installationId: input.installationId },
    },
    [ctx.db.update(instanceGrant).set({ status: "revoked", revokedAt: now, updatedAt: now }).where(active)],
  );
}
