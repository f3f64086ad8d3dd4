import { eq } from "drizzle-orm";
import type { CtxBase } from "../../../access/context.ts";
import { approval } from "../../../db/schema/index.ts";
import { type ApprovalRow, describeEnd } from "../describe-approval.ts";

/**
 * Tells the chat how its approval ended, so that the agent goes on from there; once, however often it is called. What
 * fails here is told by the next tick. `result` is the tool's own text, where it is at hand.
 */
export async function tellChat(ctx: CtxBase, row: ApprovalRow, result: string | null = null): Promise<void> {
  if (row.chatObjectId === null) {
    return;
  }
  try {
    const chat = ctx.chats.get(ctx.chats.idFromString(row.chatObjectId));
    await chat.note({ text: describeEnd(row, result), opensTurn: true, dedupeKey: `approval:${row.id}` });
    await ctx.db.update(approval).set({ toldAt: ctx.clock.now() }).where(eq(approval.id, row.id));
  } catch (error) {
    ctx.log.error("approval_not_told", { approvalId: row.id, error });
  }
}
