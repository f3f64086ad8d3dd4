import { and, eq, type SQL } from "drizzle-orm";
import type { CtxBase } from "../../../access/context.ts";
import { writeWithAudit } from "../../../db/atomic.ts";
import { approval } from "../../../db/schema/index.ts";
import type { ApprovalRow } from "../describe-approval.ts";
import { findApproval } from "../find-approval.ts";

type Move = {
  /** The state that it must be in; anybody else's move in between makes this one void. */
  readonly from: ApprovalRow["state"];
  readonly only?: SQL | undefined;
  readonly to: Partial<ApprovalRow> & Pick<ApprovalRow, "state">;
  readonly action: string;
  readonly actor: { readonly kind: string; readonly id: string };
};

/**
 * The one way in which an approval changes: a guarded update and its audit entry, all or nothing. Returns the row as it
 * is now, and whether this move made it so.
 */
export async function moveApproval(
  ctx: CtxBase,
  { id, organizationId }: Pick<ApprovalRow, "id" | "organizationId">,
  { from, only, to, action, actor }: Move,
): Promise<{ row: ApprovalRow; isMoved: boolean }> {
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action,
      subjectType: "approval",
      subjectId: id,
      ...(to.errorCode && { detail: { errorCode: to.errorCode } }),
    },
    [
      ctx.db
        .update(approval)
        .set(to)
        .where(
          and(
            eq(approval.id, id),
            eq(approval.organizationId, organizationId),
            eq(approval.state, from),
            only,
          ),
        ),
    ],
  );
  return { row: await findApproval(ctx, organizationId, id), isMoved: changed > 0 };
}
