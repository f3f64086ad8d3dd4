import type { Ctx } from "../../../access/context.ts";
import { requirePermission } from "../../../access/require-permission.ts";
import type { Verdict } from "../../../contract/approvals.ts";
import { AppError } from "../../../kernel/errors.ts";
import type { ApprovalRow } from "../describe-approval.ts";
import { findApproval } from "../find-approval.ts";
import { type Approval, presentApproval } from "../schemas.ts";
import { decide } from "./decide.ts";

/**
 * Staff decide. Deciding again in the same way changes nothing and answers the approval as it is. Throws
 * `approval_not_found`, `approval_decided` when it was decided the other way, `approval_expired`.
 */
export async function decideApproval({
  ctx,
  input: { id, verdict, reason },
}: {
  ctx: Ctx;
  input: { id: string; verdict: Verdict; reason: string | null };
}): Promise<Approval> {
  const organizationId = requirePermission(ctx, "approvals:decide");
  const asked = await findApproval(ctx, organizationId, id);
  const by = { kind: ctx.actor.kind, id: ctx.actor.id };
  const row = await decide(ctx, asked, { verdict, by, via: "api", reason });
  if (row.state === "expired" || row.state === "pending") {
    throw new AppError("conflict", "approval_expired", "The time to decide is over; nothing was done.", {
      hint: "The agent asks again when the customer still wants it.",
    });
  }
  if (isRejected(row) !== (verdict === "reject")) {
    throw new AppError(
      "conflict",
      "approval_decided",
      `It was ${isRejected(row) ? "rejected" : "approved"} already.`,
      { hint: `Look at it: GET /v1/approvals/${id}.` },
    );
  }
  return presentApproval(row);
}

function isRejected({ state }: ApprovalRow): boolean {
  return state === "rejected";
}
