import { gt } from "drizzle-orm";
import type { CtxBase } from "../../../access/context.ts";
import type { DECISION_DOORS, Verdict } from "../../../contract/approvals.ts";
import { approval } from "../../../db/schema/index.ts";
import type { ApprovalRow } from "../describe-approval.ts";
import { executeApproval } from "./execute-approval.ts";
import { moveApproval } from "./move-approval.ts";
import { tellChat } from "./tell-chat.ts";

export type Decision = {
  readonly verdict: Verdict;
  readonly by: { readonly kind: string; readonly id: string };
  readonly via: (typeof DECISION_DOORS)[number];
  /** With a rejection: why. */
  readonly reason: string | null;
};

/**
 * The first decision within the time counts, and is carried out at once; any other changes nothing. Returns the row as
 * it is then: whoever comes second reads what the first one decided.
 */
export async function decide(
  ctx: CtxBase,
  asked: ApprovalRow,
  { verdict, by, via, reason }: Decision,
): Promise<ApprovalRow> {
  const now = ctx.clock.now();
  const decided = { decidedByKind: by.kind, decidedById: by.id, decidedVia: via, decidedAt: now };
  const { row, isMoved } = await moveApproval(ctx, asked, {
    from: "pending",
    only: gt(approval.expiresAt, now),
    to:
      verdict === "approve"
        ? { state: "approved", ...decided }
        : { state: "rejected", payloadSealed: null, rejectReason: reason, endedAt: now, ...decided },
    action: verdict === "approve" ? "approval.approved" : "approval.rejected",
    actor: by,
  });
  if (!isMoved) {
    return row;
  }
  if (verdict === "reject") {
    await tellChat(ctx, row);
    return row;
  }
  const execution = executeApproval(ctx, row).catch((error: unknown) => {
    // The decision stands, and a tick carries it out.
    ctx.log.error("approval_not_executed", { approvalId: row.id, error });
    return row;
  });
  // Whoever asked may leave before the end; the call is not theirs alone.
  ctx.background(execution);
  return execution;
}
