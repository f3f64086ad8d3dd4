import type { Ctx, CtxBase, OrgActor } from "../../../access/context.ts";
import type { ApprovalRow } from "../describe-approval.ts";

/**
 * The context in which the approved call is made: the chat's own, as if it had never waited, or else the approval's. A
 * copy: whoever decides goes on as themselves.
 */
export function asApproval(
  ctx: CtxBase,
  { id, chatId, organizationId, instanceId }: ApprovalRow,
): Ctx<OrgActor> {
  return {
    actor:
      chatId === null
        ? { kind: "approval", id, organizationId, instanceId }
        : { kind: "chat", id: chatId, organizationId, instanceId },
    db: ctx.db,
    config: ctx.config,
    keyRing: ctx.keyRing,
    clock: ctx.clock,
    log: ctx.log,
    requestId: ctx.requestId,
    records: ctx.records,
    work: ctx.work,
    events: ctx.events,
    assets: ctx.assets,
    ai: ctx.ai,
    budgets: ctx.budgets,
    chats: ctx.chats,
    background: ctx.background,
  };
}
