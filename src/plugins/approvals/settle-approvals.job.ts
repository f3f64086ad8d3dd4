import type { Ctx } from "../../access/context.ts";
import { settleDueApprovals } from "./deciding/settle-due-approvals.ts";

/** Each tick: approvals that nobody decided, carried out or told of are brought to their end. */
export async function settleApprovals(ctx: Ctx): Promise<void> {
  await settleDueApprovals({ ctx });
}
