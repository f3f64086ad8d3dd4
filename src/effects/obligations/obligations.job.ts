import type { Ctx } from "../../access/context.ts";
import { findDueWork } from "./find-due-work.ts";
import { keepPolls } from "./keep-polls.ts";
import { removeOldObligations } from "./remove-old.ts";

/** Each minute: plugins that were granted lately are asked from now on, and what is due is done. */
export async function enqueueDueObligations(ctx: Ctx): Promise<void> {
  await keepPolls({ ctx, input: { recent: true } });
  await findDueWork({ ctx });
}

/** Each hour: grants that the minute's tick has missed, after an outage. */
export async function keepAllPolls(ctx: Ctx): Promise<void> {
  await keepPolls({ ctx, input: { recent: false } });
}

/** Each minute: what was over long ago is forgotten. */
export async function forgetOldObligations(ctx: Ctx): Promise<void> {
  await removeOldObligations({ ctx });
}
