import { and, asc, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { obligation, obligationChange } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { presentHistory, presentObligation } from "./present.ts";
import type { Obligation, ObligationDetail, ObligationQuery } from "./schemas.ts";

/** Steps of one obligation that are shown: a hundred rounds, each held for a while. */
const HISTORY_MAX = 500;

/** The organisation's obligations, newest first. */
export async function listObligations({
  ctx,
  input: { limit, cursor, state, instanceId, installationId },
}: {
  ctx: Ctx;
  input: ObligationQuery;
}): Promise<Page<Obligation>> {
  const organizationId = requirePermission(ctx, "obligations:read");
  const rows = await ctx.db
    .select()
    .from(obligation)
    .where(
      and(
        eq(obligation.organizationId, organizationId),
        cursor === undefined ? undefined : lt(obligation.id, cursor),
        state === undefined ? undefined : eq(obligation.state, state),
        instanceId === undefined ? undefined : eq(obligation.instanceId, instanceId),
        installationId === undefined ? undefined : eq(obligation.installationId, installationId),
      ),
    )
    .orderBy(desc(obligation.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentObligation);
}

/** One of them with what became of it. Throws `obligation_not_found`. */
export async function getObligation({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<ObligationDetail> {
  const organizationId = requirePermission(ctx, "obligations:read");
  const row = await ctx.db
    .select()
    .from(obligation)
    .where(and(eq(obligation.id, id), eq(obligation.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("obligation", id);
  }
  const changes = await ctx.db
    .select()
    .from(obligationChange)
    .where(eq(obligationChange.obligationId, id))
    .orderBy(asc(obligationChange.id))
    .limit(HISTORY_MAX);
  return presentHistory(row, changes);
}
