import { type Ctx, type CtxBase, copyWithActor, type OrgActor } from "../../../access/context.ts";
import type { ApprovalRow } from "../describe-approval.ts";

/**
 * The context in which the approved call is made: the chat's own, as if it had never waited, or else the approval's. A
 * copy: whoever decides goes on as themselves.
 */
export function asApproval(
  ctx: CtxBase,
  { id, chatId, organizationId, instanceId }: ApprovalRow,
): Ctx<OrgActor> {
  return copyWithActor(
    ctx,
    chatId === null
      ? { kind: "approval", id, organizationId, instanceId }
      : { kind: "chat", id: chatId, organizationId, instanceId },
  );
}
