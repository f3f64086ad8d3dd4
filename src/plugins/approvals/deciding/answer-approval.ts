/** A decision in a conversation: whom it may come from, and which approval it means. */
import { and, eq, gt, sql } from "drizzle-orm";
import type { OrgCtx } from "../../../access/context.ts";
import type { Verdict } from "../../../contract/approvals.ts";
import { approval } from "../../../db/schema/index.ts";
import { findInstance, openApprovers } from "../../../tenancy/instances/index.ts";
import { type ApprovalRow, describeAnswer } from "../describe-approval.ts";
import { findApproval } from "../find-approval.ts";
import { decide } from "./decide.ts";

type Answerer = {
  readonly instanceId: string;
  /** The Durable Object of the conversation that the answer came in. */
  readonly chatObjectId: string;
  /** Of whoever writes there, in E.164. */
  readonly phone: string;
};

/**
 * The approval that an answer in this conversation means: by `approvalId` one that was asked here, without it the only
 * one that waits for this conversation. Null when the answer is an ordinary message: nothing was asked here, more than
 * one waits, or whoever writes is an approver no more.
 */
export async function findAnswered({
  ctx,
  input,
}: {
  ctx: OrgCtx;
  input: Answerer & { approvalId: string | null };
}): Promise<string | null> {
  const { instanceId, chatObjectId, approvalId } = input;
  const rows = await ctx.db
    .select({ id: approval.id, askedIn: approval.askedIn })
    .from(approval)
    .where(
      and(
        eq(approval.organizationId, ctx.actor.organizationId),
        eq(approval.instanceId, instanceId),
        sql`exists (select 1 from json_each(${approval.askedIn}) as asked where asked.value ->> 'chatObjectId' = ${chatObjectId})`,
        approvalId === null
          ? and(eq(approval.state, "pending"), gt(approval.expiresAt, ctx.clock.now()))
          : eq(approval.id, approvalId),
      ),
    )
    .limit(2);
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    return null;
  }
  const name = nameIn(row, chatObjectId);
  return name === null || (await isStillApprover(ctx, input, name)) ? row.id : null;
}

/** The name under which this conversation was asked; null when it is the customer's own. */
function nameIn({ askedIn }: Pick<ApprovalRow, "askedIn">, chatObjectId: string): string | null {
  return askedIn.find((asked) => asked.chatObjectId === chatObjectId)?.name ?? null;
}

async function isStillApprover(ctx: OrgCtx, { instanceId, phone }: Answerer, name: string): Promise<boolean> {
  const instance = await findInstance({ ctx, id: instanceId });
  const approvers = await openApprovers(ctx, instance);
  return approvers.some((approver) => approver.name === name && approver.phoneNumber === phone);
}

export type Answered = {
  readonly approvalId: string;
  readonly verdict: Verdict;
  /** What was said, for the history. */
  readonly event: string;
  /** What to tell whoever answered; null when the agent tells them. */
  readonly reply: string | null;
};

/** Decides what `findAnswered` found. Can be repeated: the first decision counts, and both are told what became of it. */
export async function answerApproval({
  ctx,
  input: { approvalId, verdict, chatObjectId },
}: {
  ctx: OrgCtx;
  input: { approvalId: string; verdict: Verdict; chatObjectId: string };
}): Promise<Answered> {
  const asked = await findApproval(ctx, ctx.actor.organizationId, approvalId);
  const name = nameIn(asked, chatObjectId);
  const by = name === null ? { kind: "chat", id: ctx.actor.id } : { kind: "approver", id: name };
  const row = await decide(ctx, asked, {
    verdict,
    by,
    via: name === null ? "chat" : "whatsapp",
    reason: null,
  });
  const isTheirs = row.decidedByKind === by.kind && row.decidedById === by.id;
  return {
    approvalId,
    verdict,
    event: `${name ?? "The customer"} answered ${approvalId}: ${verdict}.`,
    // In the chat that asked, the note about the end has the agent speak.
    reply: isTheirs && row.chatObjectId === chatObjectId ? null : describeAnswer(row),
  };
}
