import type { Ctx } from "../../access/context.ts";
import { removeOldSchedules } from "./remove-old-schedules.ts";

/** Every minute, a bounded number. */
export async function forgetOldSchedules(ctx: Ctx): Promise<void> {
  await removeOldSchedules({ ctx });
}
