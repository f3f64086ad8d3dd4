import { and, eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { approval } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { ApprovalRow } from "./describe-approval.ts";

/** An approval of the organisation. Throws `approval_not_found`. */
export async function findApproval(
  { db }: Pick<CtxBase, "db">,
  organizationId: string,
  id: string,
): Promise<ApprovalRow> {
  const row = await db
    .select()
    .from(approval)
    .where(and(eq(approval.id, id), eq(approval.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("approval", id);
  }
  return row;
}
