import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { escalation } from "../../db/schema/index.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { findEscalation } from "./find-escalation.ts";
import { type Escalation, type EscalationQuery, presentEscalation } from "./schemas.ts";

/** The organisation's escalations, newest first. */
export async function listEscalations({
  ctx,
  input: { limit, cursor, state, instanceId, assignee },
}: {
  ctx: Ctx;
  input: EscalationQuery;
}): Promise<Page<Escalation>> {
  const organizationId = requirePermission(ctx, "escalations:read");
  const rows = await ctx.db
    .select()
    .from(escalation)
    .where(
      and(
        eq(escalation.organizationId, organizationId),
        cursor === undefined ? undefined : lt(escalation.id, cursor),
        state === undefined ? undefined : eq(escalation.state, state),
        instanceId === undefined ? undefined : eq(escalation.instanceId, instanceId),
        assignee === undefined ? undefined : eq(escalation.assigneeId, assignee),
      ),
    )
    .orderBy(desc(escalation.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentEscalation);
}

/** One of them. Throws `escalation_not_found`. */
export async function getEscalation({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<Escalation> {
  const organizationId = requirePermission(ctx, "escalations:read");
  return presentEscalation(await findEscalation(ctx, organizationId, id));
}
