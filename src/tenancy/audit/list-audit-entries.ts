import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { auditEntry } from "../../db/schema/index.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import type { AuditEntry, AuditQuery } from "./schemas.ts";

/** Who did what in the organisation, newest first; with `subjectId`, only what was done to that object. */
export async function listAuditEntries({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: AuditQuery;
}): Promise<Page<AuditEntry>> {
  const organizationId = requirePermission(ctx, "audit:read");
  const rows = await ctx.db
    .select()
    .from(auditEntry)
    .where(
      and(
        eq(auditEntry.organizationId, organizationId),
        input.subjectId === undefined ? undefined : eq(auditEntry.subjectId, input.subjectId),
        input.cursor === undefined ? undefined : lt(auditEntry.id, input.cursor),
      ),
    )
    .orderBy(desc(auditEntry.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, (row) => ({
    id: row.id,
    actor: { kind: row.actorKind, id: row.actorId },
    action: row.action,
    subject: { type: row.subjectType, id: row.subjectId },
    detail: row.detail,
    requestId: row.requestId,
    createdAt: new Date(row.createdAt).toISOString(),
  }));
}
